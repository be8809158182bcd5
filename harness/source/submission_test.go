package source_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/source"
)

const (
	lock, queue = "sync/lock", "sync/queue"
	answerText  = "package lock\n\nfunc Lock() {}\n"
)

// lay writes files below a new folder and returns it.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func names(files map[string][]byte) string {
	return strings.Join(slices.Sorted(maps.Keys(files)), " ")
}

func TestSubmissionLayouts(t *testing.T) {
	for _, c := range []struct {
		why   string
		files map[string]string
		katas []string
		want  map[string]string // the files taken, by kata
	}{
		{"a copy of the whole project",
			map[string]string{"go.mod": "module x\n", "katas/sync/lock/lock.go": answerText, "katas/sync/lock/doc.go": "package lock\n", "katas/sync/queue/queue.go": "package queue\n", "solutions/sync/lock/lock.go": "stolen"},
			[]string{lock, queue}, map[string]string{lock: "doc.go lock.go", queue: "queue.go"}},
		{"only its katas folder",
			map[string]string{"sync/lock/lock.go": answerText, "sync/queue/queue.go": "package queue\n"},
			[]string{lock, queue}, map[string]string{lock: "lock.go", queue: "queue.go"}},
		{"folders by the katas' names",
			map[string]string{"lock/lock.go": answerText, "queue/queue.go": "package queue\n"},
			[]string{lock, queue}, map[string]string{lock: "lock.go", queue: "queue.go"}},
		{"the files of the one kata that was asked for",
			map[string]string{"lock.go": answerText, "ring.go": "package lock\n"},
			[]string{lock}, map[string]string{lock: "lock.go ring.go"}},
		{"one kata is not attempted",
			map[string]string{"katas/sync/lock/lock.go": answerText},
			[]string{lock, queue}, map[string]string{lock: "lock.go"}},
		{"katas that nobody asked for are passed over",
			map[string]string{"katas/sync/lock/lock.go": answerText, "katas/net/echo/echo.go": "package echo\n"},
			[]string{lock}, map[string]string{lock: "lock.go"}},
		{"specs come from the pristine tree alone",
			map[string]string{"lock.go": answerText, "lock_test.go": "package lock\n", "evil_test.go": "package lock\n"},
			[]string{lock}, map[string]string{lock: "lock.go"}},
		{"notes, binaries and folders are no code",
			map[string]string{"lock.go": answerText, "README.md": "x", "lock": "ELF", "testdata/x.go": "package x\n", "lock.go.orig": "x"},
			[]string{lock}, map[string]string{lock: "lock.go"}},
		{"what a compiler would take is taken, so that the policy can refuse it",
			map[string]string{"lock.go": answerText, "fast.s": "x", "x.c": "x", "y.syso": "x", "z.h": "x"},
			[]string{lock}, map[string]string{lock: "fast.s lock.go x.c y.syso z.h"}},
		{"the project's layout is believed before the others",
			map[string]string{"katas/sync/lock/lock.go": answerText, "sync/lock/old.go": "package lock\n", "lock/older.go": "package lock\n", "oldest.go": "package lock\n"},
			[]string{lock}, map[string]string{lock: "lock.go"}},
		{"a folder without code doesn't hide the next place",
			map[string]string{"katas/sync/lock/README.md": "x", "lock/lock.go": answerText},
			[]string{lock}, map[string]string{lock: "lock.go"}},
		{"a binary that is called like the kata is no folder",
			map[string]string{"lock": "ELF", "lock.go": answerText},
			[]string{lock}, map[string]string{lock: "lock.go"}},
	} {
		t.Run(c.why, func(t *testing.T) {
			folder, staging := lay(t, c.files), t.TempDir()
			s, err := source.Submission(folder+"/", staging, c.katas)
			if err != nil {
				t.Fatal(err)
			}
			if s.Kind != source.KindSubmission || s.Name != filepath.Base(folder) || len(s.Answers) != len(c.want) {
				t.Errorf("%s %q with answers to %d katas", s.Kind, s.Name, len(s.Answers))
			}
			for kata, want := range c.want {
				answer := s.Answers[kata]
				if got := names(answer.Files); got != want || answer.Kata != kata || answer.InPlace {
					t.Errorf("%s: %q of %+v, want %q", kata, got, answer.Kata, want)
				}
				// The compiler reads the copy, so that must be what was judged.
				for name, text := range answer.Files {
					staged, err := os.ReadFile(filepath.Join(answer.Folder, name))
					if err != nil || !bytes.Equal(staged, text) || !strings.HasPrefix(answer.Folder, staging) {
						t.Errorf("%s is staged in %s as %q: %v", name, answer.Folder, staged, err)
					}
				}
			}
		})
	}
}

func TestSubmissionsThatAreNone(t *testing.T) {
	sparse := func(t *testing.T, name string, size int64) {
		file, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if err := file.Truncate(size); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to string) func(*testing.T, string) {
		return func(t *testing.T, folder string) { must(t, os.Symlink(to, filepath.Join(folder, "lock.go"))) }
	}
	for _, c := range []struct {
		why, says string
		spoil     func(t *testing.T, folder string)
	}{
		{"nothing in it", "holds no answer", func(*testing.T, string) {}},
		{"only specs in it", "holds no answer", func(t *testing.T, folder string) {
			must(t, os.WriteFile(filepath.Join(folder, "lock_test.go"), nil, 0o600))
		}},
		{"no such folder", "open the submission", func(t *testing.T, folder string) { must(t, os.Remove(folder)) }},
		{"a link out of it, by its absolute path", "escapes", link("/etc/passwd")},
		{"a link out of it, by going up", "escapes", link("../../../../../../../../etc/passwd")},
		{"a link to itself", "lock.go", link("lock.go")},
		{"a folder that is a link out of it", "escapes", func(t *testing.T, folder string) {
			elsewhere := lay(t, map[string]string{"lock.go": answerText})
			must(t, os.Symlink(elsewhere, filepath.Join(folder, "lock")))
		}},
		{"a FIFO: reading it would never end", "not a regular file", func(t *testing.T, folder string) {
			must(t, syscall.Mkfifo(filepath.Join(folder, "lock.go"), 0o600))
		}},
		{"a folder that is called like a file", "not a regular file", func(t *testing.T, folder string) {
			must(t, os.Mkdir(filepath.Join(folder, "lock.go"), 0o700))
		}},
		{"a file of 10 MB", "larger than 256 KiB", func(t *testing.T, folder string) { sparse(t, filepath.Join(folder, "lock.go"), 10<<20) }},
		{"a file one byte too large", "larger than 256 KiB", func(t *testing.T, folder string) { sparse(t, filepath.Join(folder, "lock.go"), 256<<10+1) }},
		{"more files than anyone needs", "more than 32 files", func(t *testing.T, folder string) { manyFiles(t, folder, 33) }},
		{"a name that would begin a line of its own in a report", "line break", func(t *testing.T, folder string) {
			must(t, os.WriteFile(filepath.Join(folder, "a\n::error::b.go"), nil, 0o600))
		}},
	} {
		t.Run(c.why, func(t *testing.T) {
			folder := t.TempDir()
			c.spoil(t, folder)
			s, err := source.Submission(folder, t.TempDir(), []string{lock})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want an error that says %q", err, c.says)
			}
			if len(s.Answers) != 0 {
				t.Errorf("and yet there are answers: %+v", s.Answers)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func manyFiles(t *testing.T, folder string, count int) {
	t.Helper()
	for n := range count {
		must(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("f%d.go", n)), []byte("package lock\n"), 0o600))
	}
}

func TestSubmissionJustWithinTheCaps(t *testing.T) {
	folder := t.TempDir()
	manyFiles(t, folder, 31)
	must(t, os.WriteFile(filepath.Join(folder, "lock.go"), bytes.Repeat([]byte("\n"), 256<<10), 0o600))
	for n := range 100 { // what is no code doesn't count
		must(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("note%d.txt", n)), nil, 0o600))
	}
	s, err := source.Submission(folder, t.TempDir(), []string{lock})
	if err != nil || len(s.Answers[lock].Files) != 32 {
		t.Errorf("%d files, %v", len(s.Answers[lock].Files), err)
	}
}

// Some people keep the file elsewhere in their folder, and that harms nobody.
func TestLinkWithinTheSubmission(t *testing.T) {
	folder := lay(t, map[string]string{"src/real.go": answerText})
	must(t, os.Symlink("src/real.go", filepath.Join(folder, "lock.go")))
	s, err := source.Submission(folder, t.TempDir(), []string{lock})
	if err != nil || string(s.Answers[lock].Files["lock.go"]) != answerText {
		t.Errorf("%+v, %v", s.Answers, err)
	}
}

// With several katas, loose files don't say which they answer.
func TestLooseFilesForSeveralKatas(t *testing.T) {
	folder := lay(t, map[string]string{"lock.go": answerText})
	if s, err := source.Submission(folder, t.TempDir(), []string{lock, queue}); err == nil {
		t.Errorf("taken as %+v", s.Answers)
	}
}

func TestFileWhereATrackCouldBe(t *testing.T) {
	t.Skip("bug: a file where a layout would have a folder (ENOTDIR) ends the search in the other layouts")
	for _, name := range []string{"katas", "sync"} {
		t.Run(name, func(t *testing.T) {
			folder := lay(t, map[string]string{name: "not a folder", "lock/lock.go": answerText})
			s, err := source.Submission(folder, t.TempDir(), []string{lock})
			if err != nil || len(s.Answers) != 1 {
				t.Errorf("%+v, %v", s.Answers, err)
			}
		})
	}
}
