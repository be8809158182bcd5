package spec

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/instrument/hook"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

const lockFile = "katas/sync/lock/lock.go"

// table waits until the hooks know of so many locks wanted and held, and returns
// them. Nothing tells when a goroutine has come to wait.
func table(t *testing.T, wanted, held int) []hook.Held {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); runtime.Gosched() {
		locks, wants := hook.Locks(), 0
		for _, row := range locks {
			if row.Wanted {
				wants++
			}
		}
		if wants == wanted && len(locks)-wants == held {
			return locks
		}
	}
	t.Fatalf("the locks are %+v", hook.Locks())
	return nil
}

// inLine returns who holds or wants a lock in a line.
func inLine(locks []hook.Held, line int) uint64 {
	for _, row := range locks {
		if row.Line == line {
			return row.Goroutine
		}
	}
	return 0
}

func TestLockWhoseHolderHasEnded(t *testing.T) {
	hook.Forget()
	var mu sync.Mutex
	gone := make(chan struct{})
	go func() { defer close(gone); hook.Lock(1, lockFile, 10, "q.mu", mu.Lock) }()
	<-gone
	go hook.Lock(2, lockFile, 20, "s.mu", mu.Lock)
	locks := table(t, 1, 1)
	defer mu.Unlock()

	// A goroutine that has closed a channel may need a moment to end.
	var all []stack.Goroutine
	holder := inLine(locks, 10)
	for there := true; there; {
		there = false
		all = stack.All()
		for _, g := range all {
			there = there || g.ID == holder
		}
	}
	holds, wants := locksOf(report.Goroutine{ID: inLine(locks, 20)}, all, locks)
	want := report.Lock{Name: "q.mu", Where: report.Location{File: lockFile, Line: 10}, Holder: holder, Ended: true}
	if len(holds) != 0 || len(wants) != 1 || wants[0] != want {
		t.Errorf("it holds %+v and wants %+v", holds, wants)
	}
}

func TestLockThatCondWaitHasGivenBack(t *testing.T) {
	hook.Forget()
	var first, second sync.Mutex
	cond := sync.NewCond(&first)
	done := make(chan struct{})
	go func() {
		defer close(done)
		hook.Lock(1, lockFile, 10, "q.mu", first.Lock)
		hook.Lock(1, lockFile, 11, "q.other", second.Lock)
		cond.Wait()
		hook.Unlock(1, lockFile, 13, "q.other", second.Unlock)
		hook.Unlock(1, lockFile, 14, "q.mu", first.Unlock)
	}()
	table(t, 0, 2)
	// Only Wait gives it back.
	hook.Lock(2, lockFile, 20, "q.mu", first.Lock)
	locks := table(t, 0, 3)
	waits, locker := inLine(locks, 10), inLine(locks, 20)

	for _, c := range []struct{ why, state string }{
		{"nobody has called Signal", "sync.Cond.Wait"},
		{"it was signalled, and has to take the lock again", "sync.Mutex.Lock"},
	} {
		g := stack.Goroutine{ID: waits, State: c.state, Frames: []stack.Frame{{Function: "sync.(*Cond).Wait"}}}
		all := []stack.Goroutine{g, {ID: locker}}
		seen := onLoan(all, append([]hook.Held{}, locks...))
		holds, wants := locksOf(report.Goroutine{ID: waits}, all, seen)
		if len(holds) != 1 || holds[0].Name != "q.other" {
			t.Errorf("%s: it holds %+v", c.why, holds)
		}
		if again := c.state == "sync.Mutex.Lock"; again != (len(wants) == 1) || again && wants[0].Holder != locker {
			t.Errorf("%s: it wants %+v", c.why, wants)
		}
	}
	cond.Signal()
	hook.Unlock(2, lockFile, 21, "q.mu", first.Unlock)
	<-done
}

// ownLock is an answer's lock that begins with a mutex: both have one address.
type ownLock struct {
	mu         sync.Mutex
	held, over chan struct{}
}

func (l *ownLock) Lock() {
	hook.Lock(2, lockFile, 40, "l.mu", l.mu.Lock)
	close(l.held)
	<-l.over
}

func TestLockThatBeginsWithAMutexIsNoDoubleLock(t *testing.T) {
	hook.Forget()
	l := &ownLock{held: make(chan struct{}), over: make(chan struct{})}
	defer close(l.over)
	go hook.Lock(1, lockFile, 10, "q.lock", l.Lock)
	<-l.held
	locks := table(t, 1, 1)
	if !locks[0].Same(locks[1]) {
		t.Fatalf("they are two locks: %+v", locks)
	}
	inside := report.Goroutine{ID: inLine(locks, 10), Where: []report.Location{{File: lockFile, Line: 41}, {File: lockFile, Line: 10}}}
	if _, wants := locksOf(inside, stack.All(), locks); len(wants) != 0 {
		t.Errorf("it waits for itself: %+v", wants)
	}
	inside.Where = inside.Where[1:]
	if _, wants := locksOf(inside, stack.All(), locks); len(wants) != 1 {
		t.Errorf("in the line of the lock it wants %+v", wants)
	}
}
