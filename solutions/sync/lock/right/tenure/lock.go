// Package lock has an end to wait for in each time that somebody holds it: who
// waits for the end of one time then tries for the next, against all others.
package lock

import (
	"context"
	"errors"
	"sync/atomic"
)

// ErrReentrant is returned to a handle that asks for the lock while it holds it.
var ErrReentrant = errors.New("lock: this handle holds the lock already")

// Lock is held by one handle at most.
type Lock struct {
	now atomic.Pointer[tenure] // nil while nobody holds the lock
}

// tenure is the time from one taking of the lock until it is given back. Each is
// a new one, so whoever waits for the end of one can't mistake another for it.
type tenure struct {
	holder *Handle
	over   chan struct{} // closed when it ends: wakes all who wait, and one wins
}

// New returns a lock that nobody holds. Locks share nothing.
func New() *Lock { return &Lock{} }

// Handle returns a new handle of the lock.
func (l *Lock) Handle() *Handle { return &Handle{lock: l} }

// Holder returns the handle that holds the lock, nil if none does.
func (l *Lock) Holder() *Handle {
	if t := l.now.Load(); t != nil {
		return t.holder
	}
	return nil
}

// take makes h the holder, or returns the tenure that is in its way.
func (l *Lock) take(h *Handle) *tenure {
	mine := &tenure{holder: h, over: make(chan struct{})}
	for {
		t := l.now.Load()
		if t != nil {
			return t
		}
		if l.now.CompareAndSwap(nil, mine) {
			return nil
		}
	}
}

// Handle is one user of a lock.
type Handle struct {
	lock *Lock
}

// LockContext takes the lock, waiting while another handle holds it.
func (h *Handle) LockContext(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := h.lock.take(h)
		if t == nil {
			return nil
		}
		if t.holder == h {
			return ErrReentrant
		}
		select {
		case <-t.over:
		case <-ctx.Done():
		}
	}
}

// TryLock takes the lock if nobody holds it, and reports whether it did.
func (h *Handle) TryLock() (bool, error) {
	t := h.lock.take(h)
	if t != nil && t.holder == h {
		return false, ErrReentrant
	}
	return t == nil, nil
}

// Unlock gives the lock back.
func (h *Handle) Unlock() {
	t := h.lock.now.Load()
	if t == nil || t.holder != h {
		panic("lock: Unlock of a handle that doesn't hold the lock")
	}
	h.lock.now.Store(nil)
	close(t.over)
}
