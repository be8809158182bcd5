package run

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/entry"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// lay writes files below a folder.
func lay(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// smallTree is a project that builds in a moment: its harness only says which
// specs are in the binary.
func smallTree(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	lay(t, root, map[string]string{
		"go.mod":                            "module github.com/concurrency-dojo/dojo\n\ngo 1.26\n",
		"harness/entry/entry.go":            "package entry\n",
		"harness/entry/begin_linux_amd64.s": "TEXT ·begin(SB),4,$0\n\tJMP _rt0_amd64_linux(SB)\n",
		"harness/spec/spec.go":              "package spec\n\nvar Holds string\n\nfunc Main() { print(Holds) }\n",
		"katas/sync/lock/doc.go":            "// Package lock is a kata.\npackage lock\n",
		"katas/sync/lock/lock.go":           "package lock\n\nfunc New() int { panic(\"TODO\") }\n",
		"katas/sync/lock/lock_test.go":      "package lock_test\n\nimport (\n\t\"github.com/concurrency-dojo/dojo/harness/spec\"\n\t\"github.com/concurrency-dojo/dojo/katas/sync/lock\"\n)\n\nvar first = lock.New()\n\nfunc init() { spec.Holds += \"lock \" }\n",
		"katas/sync/queue/queue.go":         "package queue\n\nfunc New() int { return 1 }\n",
		"katas/sync/queue/queue_test.go":    "package queue_test\n\nimport (\n\t\"github.com/concurrency-dojo/dojo/harness/spec\"\n\t\"github.com/concurrency-dojo/dojo/katas/sync/queue\"\n)\n\nvar first = queue.New()\n\nfunc init() { spec.Holds += \"queue \" }\n",
		"katas/sync/bare/bare.go":           "package bare\n",
	})
	return root
}

// answersTo is the queue of the tree and, beside it, a lock that was handed in.
func answersTo(t *testing.T, root string, lock map[string]string) []source.Answer {
	t.Helper()
	folder := t.TempDir()
	lay(t, folder, lock)
	handedIn := source.Answer{Kata: "sync/lock", Folder: folder, Files: map[string][]byte{}}
	for name, text := range lock {
		handedIn.Files[name] = []byte(text)
	}
	queue := source.Answer{Kata: "sync/queue", Folder: filepath.Join(root, "katas/sync/queue"), InPlace: true}
	return []source.Answer{handedIn, queue}
}

// quick leaves the race detector out, which these tests don't need.
func quick(root string) Options {
	return Options{Root: root, Toolchain: Toolchain{NoRace: "not needed"}}
}

func TestBuildLeavesOutWhatDoesNotCompile(t *testing.T) {
	root := smallTree(t)
	where := func(file string, line int) report.Location {
		return report.Location{File: "katas/sync/lock/" + file, Line: line}
	}
	for _, c := range []struct {
		why   string
		lock  map[string]string
		holds string
		at    report.Location
		says  string
	}{
		{"all compile", map[string]string{"lock.go": "package lock\n\nfunc New() int { return 1 }\n"}, "lock queue ", report.Location{}, ""},
		{"a helper that the stub doesn't have", map[string]string{"lock.go": "package lock\n\nfunc New() int { return help() }\n", "help.go": "package lock\n\nfunc help() int { return 2 }\n"}, "lock queue ", report.Location{}, ""},
		{"a type error is told where the learner wrote it", map[string]string{"lock.go": "package lock\n\nfunc New() int { return \"x\" }\n"}, "queue ", where("lock.go", 3), "cannot use"},
		{"in a helper, too", map[string]string{"lock.go": "package lock\n\nfunc New() int { return help() }\n", "help.go": "package lock\n\nfunc help() int { return nowhere }\n"}, "queue ", where("help.go", 3), "undefined: nowhere"},
		{"a syntax error", map[string]string{"lock.go": "package lock\n\nfunc New() int {\n"}, "queue ", where("lock.go", 4), "syntax error"},
		{"a file that is empty", map[string]string{"lock.go": ""}, "queue ", where("lock.go", 1), "expected 'package'"},
		{"a package that isn't there", map[string]string{"lock.go": "package lock\n\nimport \"nowhere\"\n\nfunc New() int { return nowhere.One }\n"}, "queue ", where("lock.go", 3), "nowhere"},
		{"another signature than the stub's: the specs say how they call it", map[string]string{"lock.go": "package lock\n\nfunc New(size int) int { return size }\n"}, "queue ", where("lock_test.go", 8), "keep the names and signatures"},
		{"nothing but a brief", map[string]string{"doc.go": "package lock\n"}, "queue ", where("lock_test.go", 8), "undefined: lock.New"},
	} {
		t.Run(c.why, func(t *testing.T) {
			b, err := build(t.Context(), t.TempDir(), answersTo(t, root, c.lock), quick(root))
			if err != nil {
				t.Fatal(err)
			}
			output, err := exec.CommandContext(t.Context(), b.binary).CombinedOutput()
			if err != nil || string(output) != c.holds {
				t.Errorf("the binary holds %q, %v", output, err)
			}
			if !slices.Equal(b.holds, katasOf(c.holds)) {
				t.Errorf("it is said to hold %v", b.holds)
			}
			complaints := b.broken["sync/lock"]
			if c.says == "" {
				if len(b.broken) != 0 {
					t.Errorf("broken: %+v", b.broken)
				}
				return
			}
			if len(b.broken) != 1 || len(complaints) == 0 || complaints[0].Where != c.at || !strings.Contains(complaints[0].Message, c.says) {
				t.Errorf("broken: %+v, want %q at %+v", b.broken, c.says, c.at)
			}
		})
	}
}

// The go command complains of whoever imports such an answer, by the name that
// only the overlay knows.
func TestBuildTellsOfAnotherPackageInTheLearnersTerms(t *testing.T) {
	for _, c := range []struct {
		why, file, says string
		lock            map[string]string
	}{
		{"the brief is of the kata's package", "lock.go", "found packages lock (doc.go) and main (lock.go) in katas/sync/lock",
			map[string]string{"lock.go": "// Mine.\npackage main\n\nfunc New() int { return 1 }\n"}},
		{"all are of the other", "doc.go", "is a program, not an importable package",
			map[string]string{"doc.go": "// Mine.\npackage main\n", "lock.go": "package main\n\nfunc New() int { return 1 }\n"}},
	} {
		t.Run(c.why, func(t *testing.T) {
			root := smallTree(t)
			b, err := build(t.Context(), t.TempDir(), answersTo(t, root, c.lock), quick(root))
			if err != nil {
				t.Fatal(err)
			}
			got, says := b.broken["sync/lock"], ""
			for _, complaint := range got {
				says += complaint.Message
				if complaint.Where != (report.Location{File: "katas/sync/lock/" + c.file, Line: 2}) {
					t.Errorf("%+v, want %s:2", complaint.Where, c.file)
				}
			}
			if !strings.HasSuffix(says, c.says) || strings.Contains(says, root) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func katasOf(holds string) (katas []string) {
	for name := range strings.FieldsSeq(holds) {
		katas = append(katas, "sync/"+name)
	}
	return katas
}

func TestBuildTellsOurFaultsFromTheAnswers(t *testing.T) {
	root := smallTree(t)
	good := map[string]string{"lock.go": "package lock\n\nfunc New() int { return 1 }\n"}
	t.Run("a kata without specs", func(t *testing.T) {
		bare := source.Answer{Kata: "sync/bare", InPlace: true}
		b, err := build(t.Context(), t.TempDir(), []source.Answer{bare}, quick(root))
		if err == nil || err.Error() != "run: sync/bare has no specs" {
			t.Errorf("%+v, %v", b, err)
		}
	})
	t.Run("a harness that does not compile", func(t *testing.T) {
		lay(t, root, map[string]string{"harness/spec/broken.go": "package spec\n\nvar x int = \"y\"\n"})
		b, err := build(t.Context(), t.TempDir(), answersTo(t, root, good), quick(root))
		if err == nil || !strings.Contains(err.Error(), "harness/spec/broken.go:3") {
			t.Errorf("%+v, %v", b, err)
		}
	})
}

// A checkout may lie anywhere, also where the name looks like a pattern.
func TestBuildBelowAFolderWithBrackets(t *testing.T) {
	root := filepath.Join(t.TempDir(), "dojo [1]")
	if err := os.Rename(smallTree(t), root); err != nil {
		t.Fatal(err)
	}
	answers := answersTo(t, root, map[string]string{"lock.go": "package lock\n\nfunc New() int { return \"x\" }\n"})
	b, err := build(t.Context(), t.TempDir(), answers, quick(root))
	if err != nil || len(b.broken["sync/lock"]) != 1 || !slices.Equal(b.holds, []string{"sync/queue"}) {
		t.Errorf("%+v, %v", b, err)
	}
}

// The overlay names files by the root's path as we know it, and the go command
// takes the folder that it runs in for its own: they must agree.
func TestBuildBelowALink(t *testing.T) {
	link := filepath.Join(t.TempDir(), "dojo")
	if err := os.Symlink(smallTree(t), link); err != nil {
		t.Fatal(err)
	}
	answers := answersTo(t, link, map[string]string{"lock.go": "package lock\n\nfunc New() int { return \"x\" }\n"})
	b, err := build(t.Context(), t.TempDir(), answers, quick(link))
	if err != nil || len(b.broken["sync/lock"]) != 1 || !slices.Equal(b.holds, []string{"sync/queue"}) {
		t.Errorf("%+v, %v", b, err)
	}
}

// Package initialisation of one answer may end the process for all: those that do
// nothing there are kept apart from it.
func TestOnlyKeepsApartWhatInitialisationMayEnd(t *testing.T) {
	root, work := smallTree(t), t.TempDir()
	answers := answersTo(t, root, map[string]string{"lock.go": "package lock\n\nvar first = New()\n\nfunc New() int { return 1 }\n"})
	b, err := build(t.Context(), work, answers, quick(root))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time, they are there already
		for _, answer := range b.answers {
			binary, err := b.only(t.Context(), work, answer, quick(root))
			if err != nil || binary == b.binary {
				t.Fatalf("%s, %v", binary, err)
			}
			want := strings.TrimPrefix(answer.Kata, "sync/") + " "
			if output, err := exec.CommandContext(t.Context(), binary).CombinedOutput(); err != nil || string(output) != want {
				t.Errorf("%s: it holds %q, %v", answer.Kata, output, err)
			}
		}
	}
}

func TestAGradedProgramBeginsInPackageEntry(t *testing.T) {
	symbol, ok := entry.Symbol()
	toolchain, err := Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !ok || toolchain.NoRace != "" {
		t.Skip("it begins where others do on this system, or without the race detector: ", toolchain.NoRace)
	}
	root := smallTree(t)
	options := quick(root)
	options.Toolchain = toolchain
	b, err := build(t.Context(), t.TempDir(), answersTo(t, root, map[string]string{"lock.go": "package lock\n\nfunc New() int { return 1 }\n"}), options)
	if err != nil {
		t.Fatal(err)
	}
	program, err := elf.Open(b.binary)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	symbols, err := program.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	begin := slices.IndexFunc(symbols, func(s elf.Symbol) bool { return s.Name == symbol })
	if begin < 0 || symbols[begin].Value != program.Entry {
		t.Errorf("it begins at %#x, and %s is not there", program.Entry, symbol)
	}
	if output, err := exec.CommandContext(t.Context(), b.binary).CombinedOutput(); err != nil || string(output) != "lock queue " {
		t.Errorf("it says %q, %v", output, err)
	}
}
