package guard_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/guard"
	"github.com/concurrency-dojo/dojo/harness/report"
)

// place is where a spec of these tests works.
type place struct {
	*testing.T
	temp string // the guard's
	away string // a folder that no guard looks at
}

// leakCase is a way to leave something behind.
type leakCase struct {
	why  string
	kind report.LeakKind
	// names is a part of what the report must say, of each of count things.
	names string
	count int
	// dirty: only a new process gets rid of it.
	dirty bool
	// leave leaves it behind; undo gets rid of what the guard can't.
	leave func(p place) (undo func())
}

func nothing() {}

// check runs a spec that leaves something, and an honest one after it.
func (c leakCase) check(t *testing.T) {
	p := place{t, t.TempDir(), t.TempDir()}
	g := guard.New(guard.Options{Temp: p.temp})
	// What is left counts as there for the next spec; only a guard that began
	// before sees whether it is gone.
	whole := guard.New(guard.Options{Temp: p.temp})
	whole.Begin()
	g.Begin()
	undo := c.leave(p)
	_, leaks, dirty := g.End()
	undo()
	said := 0
	for _, leak := range leaks {
		if leak.Kind != c.kind {
			t.Errorf("%s: a leak of kind %q: %s", c.why, leak.Kind, leak.What)
		}
		if strings.Contains(leak.What, c.names) {
			said++
		}
	}
	if said != c.count {
		t.Errorf("%s: %d things that %q names, want %d: %+v", c.why, said, c.names, c.count, leaks)
	}
	if dirty != c.dirty {
		t.Errorf("dirty is %v", dirty)
	}
	g.Begin()
	if _, leaks, dirty := g.End(); len(leaks) > 0 || dirty {
		t.Errorf("the next spec is charged with %+v, dirty %v", leaks, dirty)
	}
	if _, leaks, dirty := whole.End(); len(leaks) > 0 || dirty {
		t.Errorf("still there: %+v, dirty %v", leaks, dirty)
	}
}

// waitForEver is the name that a report must give.
//
//go:noinline
func waitForEver(ended *sync.WaitGroup, c chan int) {
	defer ended.Done()
	<-c
}

func TestLeaksThatEverySystemHas(t *testing.T) {
	for _, c := range []leakCase{
		{"a goroutine that nobody wakes", report.LeakGoroutine, "[chan receive] in github.com/concurrency-dojo/dojo/harness/guard_test.waitForEver", 1, true, func(place) func() {
			c := make(chan int)
			var ended sync.WaitGroup
			ended.Add(1)
			go waitForEver(&ended, c)
			return func() { close(c); ended.Wait() }
		}},
		{"many of them: each is told", report.LeakGoroutine, "[chan receive]", 100, true, func(place) func() {
			c := make(chan int)
			var ended sync.WaitGroup
			ended.Add(100)
			for range 100 {
				go waitForEver(&ended, c)
			}
			return func() { close(c); ended.Wait() }
		}},
		{"one that a library has started", report.LeakGoroutine, ", started by sync.(*WaitGroup).Go", 1, true, func(place) func() {
			c := make(chan int)
			var ended sync.WaitGroup
			ended.Go(func() { <-c })
			return func() { close(c); ended.Wait() }
		}},
		{"a temporary file", report.LeakFile, "/draft.txt", 1, true, func(p place) func() {
			p.must(os.WriteFile(filepath.Join(p.temp, "draft.txt"), nil, 0o600))
			return func() { os.Remove(filepath.Join(p.temp, "draft.txt")) }
		}},
		{"a temporary folder", report.LeakFile, "/drafts", 1, true, func(p place) func() {
			p.must(os.Mkdir(filepath.Join(p.temp, "drafts"), 0o700))
			return func() { os.Remove(filepath.Join(p.temp, "drafts")) }
		}},
		{"the working directory", report.LeakState, "the working directory is now ", 1, false, func(p place) func() {
			p.must(os.Chdir(p.away))
			return nothing
		}},
		{"a variable that was not there", report.LeakState, "the environment variable DOJO_TEST is now yes", 1, false, func(p place) func() {
			p.must(os.Setenv("DOJO_TEST", "yes"))
			return nothing
		}},
		{"a variable that had another value", report.LeakState, "the environment variable PATH is now nowhere", 1, false, func(p place) func() {
			p.must(os.Setenv("PATH", "nowhere"))
			return nothing
		}},
		{"a variable that is gone", report.LeakState, "the number of environment variables is now ", 1, false, func(p place) func() {
			p.must(os.Unsetenv("PATH"))
			return nothing
		}},
		{"GOMAXPROCS", report.LeakState, "GOMAXPROCS is now ", 1, false, func(place) func() {
			runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
			return nothing
		}},
	} {
		t.Run(c.why, c.check)
	}
}

func (p place) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// A learner wants to read where the goroutine hangs, and who started it.
func TestGoroutineLeakTellsTheAnswersLines(t *testing.T) {
	g := guard.New(guard.Options{Temp: t.TempDir()})
	g.Begin()
	c := make(chan int)
	ended := startInAnswer(c)
	_, leaks, _ := g.End()
	close(c)
	<-ended
	if len(leaks) != 1 || len(leaks[0].Where) != 1 {
		t.Fatalf("%+v", leaks)
	}
	const file = "katas/sync/lock/lock.go"
	if at := leaks[0].Where[0]; at.File != file || at.Line != 14 {
		t.Errorf("it hangs in %+v", at)
	}
	if born := leaks[0].Born; born.File != file || born.Line != 12 {
		t.Errorf("it was born in %+v", born)
	}
}

// What is put back by the guard must be what was there, or the next spec runs in
// a changed process and nothing tells.
func TestStateIsPutBack(t *testing.T) {
	t.Setenv("DOJO_TEST_KEPT", "as it was")
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	environment, threads := os.Environ(), runtime.GOMAXPROCS(0)
	g := guard.New(guard.Options{Temp: t.TempDir()})
	g.Begin()
	os.Chdir(t.TempDir())
	os.Unsetenv("DOJO_TEST_KEPT")
	os.Setenv("DOJO_TEST", "new")
	runtime.GOMAXPROCS(threads + 3)
	g.End()
	if now, _ := os.Getwd(); now != folder {
		t.Errorf("in %s, was in %s", now, folder)
	}
	slices.Sort(environment)
	if now := slices.Sorted(slices.Values(os.Environ())); !slices.Equal(now, environment) {
		t.Errorf("environment %q, was %q", now, environment)
	}
	if now := runtime.GOMAXPROCS(0); now != threads {
		t.Errorf("GOMAXPROCS %d, was %d", now, threads)
	}
}

// What was there before belongs to nobody's spec.
func TestWhatWasThereBeforeIsNoLeak(t *testing.T) {
	temp := t.TempDir()
	place{T: t}.must(os.WriteFile(filepath.Join(temp, "old"), nil, 0o600))
	c := make(chan int)
	var ended sync.WaitGroup
	ended.Add(1)
	go waitForEver(&ended, c)
	defer func() { close(c); ended.Wait() }()
	g := guard.New(guard.Options{Temp: temp})
	g.Begin()
	if _, leaks, dirty := g.End(); len(leaks) > 0 || dirty {
		t.Errorf("%+v, dirty %v", leaks, dirty)
	}
}
