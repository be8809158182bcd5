// Package lock takes "the handle doesn't hold the lock" for something to be done when a
// context has ended, also by a handle that held it.
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
	free   sync.Cond
	holder *Handle
}

// New returns a lock that nobody holds.
func New() *Lock {
	l := &Lock{}
	l.free.L = &l.mu
	return l
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
	// The mutex is taken for it, so that nobody is woken between looking at the
	// context and beginning to wait.
	stop := context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.free.Broadcast()
	})
	defer stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		switch {
		case ctx.Err() != nil:
			if l.holder == h {
				l.holder = nil // want "tells a handle that it holds the lock already" wrong
				l.free.Broadcast()
			}
			return ctx.Err()
		case l.holder == h:
			return ErrReentrant
		case l.holder == nil:
			l.holder = h
			return nil
		}
		l.free.Wait()
	}
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
	l.free.Broadcast()
}
