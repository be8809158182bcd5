// Package lock takes the caller for the goroutine that calls, whose number it
// reads from a stack trace. A handle that was passed on is a stranger, and two
// handles in one goroutine are one.
package lock

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
)

// ErrReentrant is returned to a handle that asks for the lock while it holds it.
var ErrReentrant = errors.New("lock: this handle holds the lock already")

// Lock is held by one handle at most.
type Lock struct {
	// place is full while the lock is held.
	place  chan struct{}
	holder atomic.Pointer[Handle]
	thread atomic.Pointer[string]
}

// New returns a lock that nobody holds.
func New() *Lock {
	return &Lock{place: make(chan struct{}, 1)}
}

// Handle returns a new handle of the lock.
func (l *Lock) Handle() *Handle { return &Handle{l} }

// Holder returns the handle that holds the lock, nil if none does.
func (l *Lock) Holder() *Handle { return l.holder.Load() }

// goroutine returns the number of the goroutine that calls.
func goroutine() string {
	stack := make([]byte, 64)
	return strings.Fields(string(stack[:runtime.Stack(stack, false)]))[1]
}

func (l *Lock) heldHere() bool {
	thread := l.thread.Load()
	return thread != nil && *thread == goroutine()
}

func (l *Lock) claim(h *Handle) {
	thread := goroutine()
	l.thread.Store(&thread)
	l.holder.Store(h)
}

// Handle is one user of a lock.
type Handle struct{ lock *Lock }

// LockContext takes the lock, waiting while another handle holds it.
func (h *Handle) LockContext(ctx context.Context) error {
	if h.lock.heldHere() { // want "goes by the handle and not by the goroutine" wrong
		return ErrReentrant
	}
	// A select with two cases that are ready takes one by chance.
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case h.lock.place <- struct{}{}:
		h.lock.claim(h)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TryLock takes the lock if nobody holds it.
func (h *Handle) TryLock() (bool, error) {
	if h.lock.heldHere() {
		return false, ErrReentrant
	}
	select {
	case h.lock.place <- struct{}{}:
		h.lock.claim(h)
		return true, nil
	default:
		return false, nil
	}
}

// Unlock gives the lock back.
func (h *Handle) Unlock() {
	if !h.lock.holder.CompareAndSwap(h, nil) {
		panic("lock: Unlock by a handle that doesn't hold the lock")
	}
	h.lock.thread.Store(nil)
	<-h.lock.place
}
