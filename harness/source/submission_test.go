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

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
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
		{"nor is what the go command passes over, such as an editor's notes",
			map[string]string{"lock.go": answerText, ".#lock.go": "x", "._lock.go": "\x00", "_old.go": "package old\n"},
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
			s, err := source.Submission(folder+"/", staging, c.katas, sandbox.Trusted)
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
	for _, c := range []struct {
		why, says string
		spoil     func(t *testing.T, folder string)
	}{
		{"nothing in it", "holds no answer", func(*testing.T, string) {}},
		{"only specs in it", "holds no answer", func(t *testing.T, folder string) {
			must(t, os.WriteFile(filepath.Join(folder, "lock_test.go"), nil, 0o600))
		}},
		{"no such folder", "open the submission", func(t *testing.T, folder string) { must(t, os.Remove(folder)) }},
	} {
		t.Run(c.why, func(t *testing.T) {
			folder := t.TempDir()
			c.spoil(t, folder)
			s, err := source.Submission(folder, t.TempDir(), []string{lock}, sandbox.Trusted)
			if err == nil || !strings.Contains(err.Error(), c.says) || len(s.Answers) != 0 {
				t.Errorf("%+v, %v, want an error that says %q", s.Answers, err, c.says)
			}
		})
	}
}

// What can't be taken is refused, in the terms of the policy, and costs the kata
// that it is an answer to.
func TestFilesThatCostTheirKata(t *testing.T) {
	sized := func(size int64) func(*testing.T, string) {
		return func(t *testing.T, folder string) {
			name := filepath.Join(folder, "lock.go")
			must(t, os.WriteFile(name, nil, 0o600))
			must(t, os.Truncate(name, size))
		}
	}
	link := func(to string) func(*testing.T, string) {
		return func(t *testing.T, folder string) { must(t, os.Symlink(to, filepath.Join(folder, "lock.go"))) }
	}
	const file = "/lock.go"
	for _, c := range []struct {
		why, file, says string
		spoil           func(t *testing.T, folder string)
	}{
		{"a link out of it, by its absolute path", file, "escapes", link("/etc/passwd")},
		{"a link out of it, by going up", file, "escapes", link("../../../../../../../../etc/passwd")},
		{"a link to itself", file, "too many", link("lock.go")},
		{"a link to nothing", file, "no such file", link("none.go")},
		{"a link through a file", file, "not a directory", link("../queue/queue.go/none.go")},
		{"a folder that is a link out of it", "", "escapes", func(t *testing.T, folder string) {
			elsewhere := lay(t, map[string]string{"lock.go": answerText})
			must(t, os.Remove(folder))
			must(t, os.Symlink(elsewhere, folder))
		}},
		{"a FIFO: reading it would never end", file, "not a regular file", func(t *testing.T, folder string) {
			must(t, syscall.Mkfifo(filepath.Join(folder, "lock.go"), 0o600))
		}},
		{"a folder that is called like a file", file, "not a regular file", func(t *testing.T, folder string) {
			must(t, os.Mkdir(filepath.Join(folder, "lock.go"), 0o700))
		}},
		{"a file of 10 MB", file, "larger than 256 KiB", sized(10 << 20)},
		{"a file one byte too large", file, "larger than 256 KiB", sized(256<<10 + 1)},
		{"one of two files, although the other is good", "/ring.go", "larger than 256 KiB", func(t *testing.T, folder string) {
			sized(10<<20)(t, folder)
			must(t, os.Rename(filepath.Join(folder, "lock.go"), filepath.Join(folder, "ring.go")))
			must(t, os.WriteFile(filepath.Join(folder, "lock.go"), []byte(answerText), 0o600))
		}},
		{"more files than anyone needs", "/f9.go", "more than 32 files", func(t *testing.T, folder string) { manyFiles(t, folder, 33) }},
		{"a name that would begin a line of its own in a report", `/a\n::error::b.go`, "line break", func(t *testing.T, folder string) {
			must(t, os.WriteFile(filepath.Join(folder, "a\n::error::b.go"), nil, 0o600))
		}},
	} {
		t.Run(c.why, func(t *testing.T) {
			folder := lay(t, map[string]string{"queue/queue.go": "package queue\n"})
			must(t, os.Mkdir(filepath.Join(folder, "lock"), 0o700))
			c.spoil(t, filepath.Join(folder, "lock"))
			s, err := source.Submission(folder, t.TempDir(), []string{lock, queue}, sandbox.Trusted)
			if err != nil {
				t.Fatal(err)
			}
			if names(s.Answers[queue].Files) != "queue.go" || len(strict.Check(s.Answers[queue])) != 0 {
				t.Errorf("the other kata: %+v", s.Answers[queue])
			}
			refused := strict.Check(s.Answers[lock])
			if len(refused) != 1 || refused[0].Where != (report.Location{File: "katas/sync/lock" + c.file, Line: 1}) || !strings.Contains(refused[0].Message, c.says) {
				t.Errorf("%+v, want %q of %s", refused, c.says, c.file)
			}
			if len(s.Answers[lock].Files) != 0 {
				t.Errorf("and yet there are files: %s", names(s.Answers[lock].Files))
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
	s, err := source.Submission(folder, t.TempDir(), []string{lock}, sandbox.Trusted)
	if err != nil || len(s.Answers[lock].Files) != 32 {
		t.Errorf("%d files, %v", len(s.Answers[lock].Files), err)
	}
}

// Some people keep the file elsewhere in their folder, and that harms nobody.
func TestLinkWithinTheSubmission(t *testing.T) {
	folder := lay(t, map[string]string{"src/real.go": answerText})
	must(t, os.Symlink("src/real.go", filepath.Join(folder, "lock.go")))
	s, err := source.Submission(folder, t.TempDir(), []string{lock}, sandbox.Trusted)
	if err != nil || string(s.Answers[lock].Files["lock.go"]) != answerText {
		t.Errorf("%+v, %v", s.Answers, err)
	}
}

// With several katas, loose files don't say which they answer.
func TestLooseFilesForSeveralKatas(t *testing.T) {
	folder := lay(t, map[string]string{"lock.go": answerText})
	if s, err := source.Submission(folder, t.TempDir(), []string{lock, queue}, sandbox.Trusted); err == nil {
		t.Errorf("taken as %+v", s.Answers)
	}
}

func TestFileWhereATrackCouldBe(t *testing.T) {
	for _, name := range []string{"katas", "sync"} {
		t.Run(name, func(t *testing.T) {
			folder := lay(t, map[string]string{name: "not a folder", "lock/lock.go": answerText})
			s, err := source.Submission(folder, t.TempDir(), []string{lock}, sandbox.Trusted)
			if err != nil || len(s.Answers) != 1 {
				t.Errorf("%+v, %v", s.Answers, err)
			}
		})
	}
}
