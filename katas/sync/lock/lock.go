package lock

import (
	"context"
	"errors"
)

// ErrReentrant is returned to a handle that asks for the lock while it holds it.
var ErrReentrant = errors.New("lock: this handle holds the lock already")

// Lock is held by one handle at most.
type Lock struct {
	// TODO: what can somebody wait for, together with a context?
}

// New returns a lock that nobody holds. Locks share nothing.
func New() *Lock {
	panic("TODO: implement New")
}

// Handle returns a new handle of the lock, which doesn't hold it. It may be called
// at any time, from any number of goroutines at once, and it never waits.
func (l *Lock) Handle() *Handle {
	panic("TODO: implement Handle")
}

// Holder returns the handle that holds the lock, nil if none does. It may be called
// at any time, from any number of goroutines at once. What it returns is left free
// while a call of LockContext, TryLock or Unlock is on its way that takes the lock,
// gives it back or gives up.
func (l *Lock) Holder() *Handle {
	panic("TODO: implement Holder")
}

// Handle is one user of a lock: it is to the lock what a thread is in Python.
// Only the handle counts, not the goroutine that calls: one goroutine may have two
// handles, which are strangers to each other, and a handle may be passed on to
// another goroutine while it holds the lock.
type Handle struct {
	// TODO: what does a handle need to know?
}

// LockContext takes the lock, waiting while another handle holds it.
//
// If this handle holds it, LockContext returns ErrReentrant without waiting, and
// the handle holds the lock as before: one Unlock is enough to give it back.
//
// If ctx ends first, LockContext returns ctx.Err() and the handle doesn't hold the
// lock; so it does if ctx has ended before the call, even if nobody holds the lock.
// If the lock comes free at the time when ctx ends, it may return either, and what
// it returns is true. If ctx has ended and the handle holds the lock, LockContext
// may return either error.
func (h *Handle) LockContext(ctx context.Context) error {
	panic("TODO: implement LockContext")
}

// TryLock takes the lock if nobody holds it, and reports whether it did. It never
// waits for another handle to give the lock back. If this handle holds the lock,
// the error is ErrReentrant, and the handle holds the lock as before.
func (h *Handle) TryLock() (bool, error) {
	panic("TODO: implement TryLock")
}

// Unlock gives the lock back. It doesn't wait for anybody to take it.
// If this handle doesn't hold the lock, because nobody does or because another
// handle does, Unlock panics, and the lock stays as it was.
func (h *Handle) Unlock() {
	panic("TODO: implement Unlock")
}
