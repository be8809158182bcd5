package source_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/source"
)

// tree is a project with two katas, a solution and two wrong ones.
func tree(t *testing.T) string {
	t.Helper()
	return lay(t, map[string]string{
		"katas/sync/lock/doc.go":                   "package lock\n",
		"katas/sync/lock/lock.go":                  "package lock // stub\n",
		"katas/sync/lock/helper.go":                "package lock // stub\n",
		"katas/sync/lock/lock_test.go":             "package lock_test\n",
		"katas/sync/lock/hints.md":                 "hint\n",
		"katas/sync/queue/queue.go":                "package queue // stub\n",
		"solutions/sync/lock/lock.go":              "package lock // reference\n",
		"solutions/sync/lock/wrong/spins/lock.go":  "package lock // spins\n",
		"solutions/sync/lock/wrong/leaks/lock.go":  "package lock // leaks\n",
		"solutions/sync/lock/wrong/README.md":      "not a solution\n",
		"solutions/sync/queue/queue.go":            "package queue // reference\n",
		"solutions/sync/queue/wrong/spins/main.go": "package queue // spins\n",
	})
}

func TestSourcesOfOurOwnTree(t *testing.T) {
	root := tree(t)
	katas := []string{lock, queue}
	for _, c := range []struct {
		why  string
		read func() (source.Source, error)
		kind source.Kind
		name string
		want map[string]string // the text of one file by kata and file
		in   bool
	}{
		{"the learner's files are compiled where they are",
			func() (source.Source, error) { return source.Learner(root, katas) }, source.KindLearner, "",
			map[string]string{"sync/lock/lock.go": "stub", "sync/lock/helper.go": "stub", "sync/queue/queue.go": "stub"}, true},
		{"so are those of a stub that is run although nobody has touched it",
			func() (source.Source, error) { return source.Stub(root, katas) }, source.KindStub, "",
			map[string]string{"sync/lock/lock.go": "stub"}, true},
		{"a reference is laid over the stub",
			func() (source.Source, error) { return source.Reference(root, katas) }, source.KindReference, "",
			map[string]string{"sync/lock/lock.go": "reference", "sync/queue/queue.go": "reference"}, false},
		{"a bug that several katas have",
			func() (source.Source, error) { return source.Example(root, katas, source.KindWrong, "spins") }, source.KindWrong, "spins",
			map[string]string{"sync/lock/lock.go": "spins", "sync/queue/main.go": "spins"}, false},
		{"a bug that one kata has",
			func() (source.Source, error) { return source.Example(root, katas, source.KindWrong, "leaks") }, source.KindWrong, "leaks",
			map[string]string{"sync/lock/lock.go": "leaks"}, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			s, err := c.read()
			if err != nil || s.Kind != c.kind || s.Name != c.name {
				t.Fatalf("%s %q, %v", s.Kind, s.Name, err)
			}
			for place, text := range c.want {
				kata, name := filepath.Dir(place), filepath.Base(place)
				answer := s.Answers[kata]
				if !strings.Contains(string(answer.Files[name]), "// "+text) || answer.InPlace != c.in || answer.Kata != kata {
					t.Errorf("%s: %q in %+v", place, answer.Files[name], answer)
				}
				for other := range answer.Files {
					if strings.HasSuffix(other, "_test.go") || strings.HasSuffix(other, ".md") {
						t.Errorf("%s is part of the answer", other)
					}
				}
			}
		})
	}
}

func TestSourcesThatAreNotThere(t *testing.T) {
	root := tree(t)
	if s, err := source.Learner(root, []string{"sync/none"}); err == nil {
		t.Errorf("a kata that isn't there: %+v", s)
	}
	if s, err := source.Reference(root, []string{"sync/none"}); err == nil {
		t.Errorf("a solution that isn't there: %+v", s)
	}
	if s, err := source.Example(root, []string{lock}, source.KindWrong, "none"); err == nil || !strings.Contains(err.Error(), `"none"`) {
		t.Errorf("a wrong solution that isn't there: %+v, %v", s, err)
	}
	if got, err := source.ExampleNames(root, lock, source.KindWrong); err != nil || !slices.Equal(got, []string{"leaks", "spins"}) {
		t.Errorf("wrong names %q, %v", got, err)
	}
	if got, err := source.ExampleNames(root, "sync/none", source.KindRight); err != nil || len(got) != 0 {
		t.Errorf("wrong names of nothing: %q, %v", got, err)
	}
}

func TestOverlay(t *testing.T) {
	root := tree(t)
	folder := filepath.Join(root, "katas/sync/lock")
	elsewhere := t.TempDir()
	for _, c := range []struct {
		why    string
		answer source.Answer
		want   map[string]string
	}{
		{"what lies in the tree needs nothing", source.Answer{Kata: lock, Folder: folder, InPlace: true}, map[string]string{}},
		{"the tree's code makes way, the helper that the answer lacks too; the brief and the specs stay",
			source.Answer{Kata: lock, Folder: elsewhere, Files: map[string][]byte{"lock.go": nil, "ring.go": nil}},
			map[string]string{"lock.go": "lock.go", "helper.go": "", "ring.go": "ring.go"}},
		{"a brief of its own replaces ours",
			source.Answer{Kata: lock, Folder: elsewhere, Files: map[string][]byte{"doc.go": nil}},
			map[string]string{"doc.go": "doc.go", "lock.go": "", "helper.go": ""}},
	} {
		t.Run(c.why, func(t *testing.T) {
			got, want := map[string]string{"/other": "kept"}, map[string]string{"/other": "kept"}
			for shown, file := range c.want {
				if file != "" {
					file = filepath.Join(elsewhere, file)
				}
				want[filepath.Join(folder, shown)] = file
			}
			if err := c.answer.Overlay(root, got); err != nil || !maps.Equal(got, want) {
				t.Errorf("%v\ngot  %v\nwant %v", err, got, want)
			}
		})
	}
	if err := (source.Answer{Kata: "sync/none"}).Overlay(root, map[string]string{}); err == nil {
		t.Error("an answer was laid over a kata that isn't there")
	}
}

// A score that is shown to others says what it is a score of.
func TestDigest(t *testing.T) {
	build := func(edit func(map[string]source.Answer)) string {
		answers := map[string]source.Answer{
			lock:  {Kata: lock, Folder: "/a", Files: map[string][]byte{"lock.go": []byte("one"), "ring.go": []byte("two")}},
			queue: {Kata: queue, Folder: "/a", Files: map[string][]byte{"queue.go": []byte("three")}},
		}
		edit(answers)
		return source.Source{Kind: source.KindLearner, Answers: answers}.Digest()
	}
	same := build(func(map[string]source.Answer) {})
	if !strings.HasPrefix(same, "sha256:") || len(same) != len("sha256:")+64 {
		t.Errorf("digest %q", same)
	}
	for range 20 { // maps are walked in any order
		if again := build(func(map[string]source.Answer) {}); again != same {
			t.Fatalf("of the same answers: %s and %s", same, again)
		}
	}
	moved := source.Source{Kind: source.KindSubmission, Name: "lena", Answers: map[string]source.Answer{
		lock:  {Kata: lock, Folder: "/b", InPlace: true, Files: map[string][]byte{"ring.go": []byte("two"), "lock.go": []byte("one")}},
		queue: {Kata: queue, Folder: "/c", Files: map[string][]byte{"queue.go": []byte("three")}},
	}}
	if moved.Digest() != same {
		t.Error("where the answers lie changes their digest")
	}
	seen := map[string]string{same: "nothing"}
	for _, c := range []struct {
		why  string
		edit func(map[string]source.Answer)
	}{
		{"a text", func(a map[string]source.Answer) { a[lock].Files["lock.go"] = []byte("One") }},
		{"a name", func(a map[string]source.Answer) {
			a[lock].Files["l.go"] = a[lock].Files["lock.go"]
			delete(a[lock].Files, "lock.go")
		}},
		{"a file less", func(a map[string]source.Answer) { delete(a[lock].Files, "ring.go") }},
		{"an empty file more", func(a map[string]source.Answer) { a[lock].Files["empty.go"] = nil }},
		{"a kata less", func(a map[string]source.Answer) { delete(a, queue) }},
		{"whose answer it is", func(a map[string]source.Answer) { a["sync/deque"] = a[queue]; delete(a, queue) }},
		{"two texts that changed places", func(a map[string]source.Answer) {
			a[lock].Files["lock.go"], a[lock].Files["ring.go"] = a[lock].Files["ring.go"], a[lock].Files["lock.go"]
		}},
		{"a text that pretends to be the next file", func(a map[string]source.Answer) {
			a[lock].Files["lock.go"] = []byte("onesync/lock/ring.go 3\ntwo")
			delete(a[lock].Files, "ring.go")
		}},
	} {
		digest := build(c.edit)
		if before, known := seen[digest]; known {
			t.Errorf("%s: the digest is that of %s", c.why, before)
		}
		seen[digest] = c.why
	}
}

// A file that a learner can't be graded by is no reason to stop at.
func TestLearnersFoldersAndLinks(t *testing.T) {
	root := tree(t)
	folder := filepath.Join(root, "katas/sync/lock")
	must(t, os.Mkdir(filepath.Join(folder, "odd.go"), 0o755))
	must(t, os.WriteFile(filepath.Join(folder, "fast.s"), []byte("TEXT"), 0o644))
	s, err := source.Learner(root, []string{lock})
	if got := names(s.Answers[lock].Files); err != nil || got != "doc.go fast.s helper.go lock.go" {
		t.Errorf("%q, %v", got, err)
	}
}
