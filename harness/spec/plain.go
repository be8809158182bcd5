package spec

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/guard"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stub"
)

// runPlain runs under go test: the specs' package is the working directory, and
// the answer is whatever the tree holds.
func runPlain(t *testing.T) {
	if lostChild() {
		t.Fatalf("no such role: %s", os.Args[2])
	}
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	kata := filepath.Base(filepath.Dir(folder)) + "/" + filepath.Base(folder)
	if stub.Untouched(files(folder)) {
		t.Skipf("not started yet: read doc.go (go doc ./katas/%s), then fill in the TODOs of %s.go; make grade KATA=%s says how far you are",
			kata, filepath.Base(folder), kata)
	}
	// Child processes of a race binary would sleep a second each at exit.
	if os.Getenv("GORACE") == "" {
		t.Setenv("GORACE", "atexit_sleep_ms=0")
	}
	temp, err := os.MkdirTemp("", "dojo")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(temp) })
	t.Setenv("TMPDIR", temp)
	theSeed = uint64(time.Now().UnixNano()) * report.SeedStep
	t.Logf("seed %d", theSeed)

	var current string
	s := &suite{
		guard:  guard.New(guard.Options{Temp: os.TempDir()}),
		wanted: func(string, int) bool { return true },
		began:  func(sentence string, _ int) { current = sentence },
		ended:  func(string, int, report.Outcome) {},
		over:   func(bool) {},
		strict: true,
	}
	theWatchdog.start(report.DefaultLimits, func(outcome report.Outcome) {
		guard.EndDescendants()
		panic(fmt.Sprintf("the spec %q got nowhere: %s", current, complain(outcome)))
	})
	s.run(t, kata, nil)
}

// files reads the Go files of a folder; what can't be read is not there.
func files(folder string) map[string][]byte {
	all := map[string][]byte{}
	// The folder is no part of the pattern: its name may hold brackets.
	tree := os.DirFS(folder)
	names, _ := fs.Glob(tree, "*.go")
	for _, name := range names {
		if text, err := fs.ReadFile(tree, name); err == nil {
			all[name] = text
		}
	}
	return all
}

// complain says in one text what the guard and the watchdog found, "" if
// nothing.
func complain(outcome report.Outcome) string {
	var lines []string
	if stuck := outcome.Stuck; stuck != nil {
		lines = append(lines, fmt.Sprintf("the program came to rest after %v and what the spec waits for did not come true", stuck.After.Round(time.Millisecond)))
		for _, g := range append(stuck.Calls, stuck.Others...) {
			lines = append(lines, fmt.Sprintf("goroutine %d [%s] at %s", g.ID, g.State, places(g.Where)))
		}
	}
	for _, race := range outcome.Races {
		lines = append(lines, fmt.Sprintf("data race: %s at %s and %s at %s (the detector's full report is above)",
			race.First.Operation, places(race.First.Where), race.Second.Operation, places(race.Second.Where)))
	}
	for _, leak := range outcome.Leaks {
		lines = append(lines, fmt.Sprintf("left behind (%s): %s %s", leak.Kind, leak.What, places(leak.Where)))
	}
	return strings.Join(lines, "\n")
}

func places(where []report.Location) string {
	if len(where) == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", where[0].File, where[0].Line)
}
