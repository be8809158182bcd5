// Package lock knows one way only in which a context ends while somebody waits.
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
	// place is full while the lock is held.
	place  chan struct{}
	holder atomic.Pointer[Handle]
}

// New returns a lock that nobody holds.
func New() *Lock {
	return &Lock{place: make(chan struct{}, 1)}
}

// Handle returns a new handle of the lock.
func (l *Lock) Handle() *Handle { return &Handle{l} }

// Holder returns the handle that holds the lock, nil if none does.
func (l *Lock) Holder() *Handle { return l.holder.Load() }

// Handle is one user of a lock.
type Handle struct{ lock *Lock }

// LockContext takes the lock, waiting while another handle holds it.
func (h *Handle) LockContext(ctx context.Context) error {
	// Nobody else makes this handle the holder, or stops it from being that: so
	// the answer doesn't get old.
	if h.lock.holder.Load() == h {
		return ErrReentrant
	}
	// A select with two cases that are ready takes one by chance.
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case h.lock.place <- struct{}{}:
		h.lock.holder.Store(h)
		return nil
	case <-ctx.Done():
		return context.Canceled // want "takes nothing when a waiter gives up" wrong
	}
}

// TryLock takes the lock if nobody holds it.
func (h *Handle) TryLock() (bool, error) {
	if h.lock.holder.Load() == h {
		return false, ErrReentrant
	}
	select {
	case h.lock.place <- struct{}{}:
		h.lock.holder.Store(h)
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
	<-h.lock.place
}
