package hook

import (
	"sync"
	"testing"
)

func TestLocksAreKnownByHolderAndByWhoWaits(t *testing.T) {
	defer Forget()
	var mu sync.Mutex
	var guarded struct{ sync.RWMutex }
	Lock(1, "a.go", 10, "mu", mu.Lock)
	RLock(2, "a.go", 11, "guarded", guarded.RLock)

	waiting := make(chan struct{})
	go func() {
		defer close(waiting)
		Lock(3, "a.go", 20, "mu", mu.Lock)
		Unlock(4, "a.go", 21, "mu", mu.Unlock)
	}()
	var all []Held
	for len(all) < 3 {
		all = Locks()
	}
	held, read, wanted := all[0], all[1], all[2]
	if held.Line != 10 || held.Wanted || held.Read || read.Line != 11 || !read.Read || read.Same(held) {
		t.Errorf("held are %+v and %+v", held, read)
	}
	if !wanted.Wanted || wanted.Line != 20 || !wanted.Same(held) || wanted.Goroutine == held.Goroutine {
		t.Errorf("wanted is %+v, held %+v", wanted, held)
	}

	Unlock(5, "a.go", 12, "mu", mu.Unlock)
	RUnlock(6, "a.go", 13, "guarded", guarded.RUnlock)
	<-waiting
	if left := Locks(); len(left) != 0 {
		t.Errorf("left are %+v", left)
	}
}

func TestALockBehindAnInterfaceIsTheSameLock(t *testing.T) {
	defer Forget()
	var mu sync.Mutex
	var other sync.Mutex
	locker := sync.NewCond(&mu).L
	Lock(1, "a.go", 1, "mu", mu.Lock)
	Unlock(2, "a.go", 2, "cond.L", locker.Unlock)
	if left := Locks(); len(left) != 0 {
		t.Errorf("left are %+v", left)
	}
	Lock(3, "a.go", 3, "cond.L", locker.Lock)
	Lock(4, "a.go", 4, "other", other.Lock)
	if all := Locks(); len(all) != 2 || all[0].Same(all[1]) {
		t.Errorf("%+v", all)
	}
}

func TestOneMayUnlockWhatAnotherLocked(t *testing.T) {
	defer Forget()
	var mu sync.Mutex
	done := make(chan struct{})
	go func() {
		defer close(done)
		Lock(1, "a.go", 1, "mu", mu.Lock)
	}()
	<-done
	Unlock(2, "a.go", 2, "mu", mu.Unlock)
	if left := Locks(); len(left) != 0 {
		t.Errorf("left are %+v", left)
	}
}

// semaphore is a lock that is no pointer.
type semaphore chan struct{}

func (s semaphore) Lock()   { s <- struct{}{} }
func (s semaphore) Unlock() { <-s }

func TestLocksThatAreNoPointersAreNotTracked(t *testing.T) {
	defer Forget()
	s := make(semaphore, 1)
	field := struct{ Lock func() }{func() {}}
	Lock(1, "a.go", 1, "s", s.Lock)
	Lock(2, "a.go", 2, "field", field.Lock)
	if all := Locks(); len(all) != 0 {
		t.Errorf("%+v", all)
	}
	Unlock(3, "a.go", 3, "s", s.Unlock)
}

// faulty is a lock of the answer's own.
type faulty struct{}

func (*faulty) Lock() { panic("not today") }

func TestALockThatPanicsIsNotWaitedForEver(t *testing.T) {
	defer Forget()
	func() {
		defer func() { recover() }()
		Lock(1, "a.go", 1, "f", new(faulty).Lock)
	}()
	if all := Locks(); len(all) != 0 {
		t.Errorf("%+v", all)
	}
}
