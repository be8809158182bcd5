// Package lock looks whether it is free, and then asks what to wait for. If it comes free
// in between, that is the next time.
package lock

import (
	"context"
	"errors"
	"sync"
)

// ErrReentrant is returned to a handle that asks for the lock while it holds it.
var ErrReentrant = errors.New("lock: this handle holds the lock already")

// Lock is held by one handle at most.
type Lock struct {
	mu     sync.Mutex
	holder *Handle
	// free is closed when the lock comes free, and a new one is made.
	free chan struct{}
}

// New returns a lock that nobody holds.
func New() *Lock {
	return &Lock{free: make(chan struct{})}
}

// Handle returns a new handle of the lock.
func (l *Lock) Handle() *Handle { return &Handle{l} }

// Holder returns the handle that holds the lock, nil if none does.
func (l *Lock) Holder() *Handle {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.holder
}

// Handle is one user of a lock.
type Handle struct{ lock *Lock }

// LockContext takes the lock, waiting while another handle holds it.
func (h *Handle) LockContext(ctx context.Context) error {
	l := h.lock
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if got, err := h.TryLock(); got || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-l.freed(): // want "is not missed by one who has just found it taken" deadlock
		}
	}
}

// freed returns what is closed when the lock comes free.
func (l *Lock) freed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.free
}

// TryLock takes the lock if nobody holds it.
func (h *Handle) TryLock() (bool, error) {
	l := h.lock
	l.mu.Lock()
	defer l.mu.Unlock()
	switch l.holder {
	case h:
		return false, ErrReentrant
	case nil:
		l.holder = h
		return true, nil
	}
	return false, nil
}

// Unlock gives the lock back. It wakes all who wait: one alone may be giving up.
func (h *Handle) Unlock() {
	l := h.lock
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder != h {
		panic("lock: Unlock by a handle that doesn't hold the lock")
	}
	l.holder = nil
	close(l.free)
	l.free = make(chan struct{})
}
