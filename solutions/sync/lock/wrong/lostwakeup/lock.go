// Package lock tells the first in the queue that it is free. One that gives up at
// that moment tells nobody else, and the others wait on for a lock that nobody
// holds.
package lock

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrReentrant is returned to a handle that asks for the lock while it holds it.
var ErrReentrant = errors.New("lock: this handle holds the lock already")

// Lock is held by one handle at most.
type Lock struct {
	mu     sync.Mutex
	holder *Handle
	queue  []*Handle
}

// New returns a lock that nobody holds.
func New() *Lock { return &Lock{} }

// Handle returns a new handle of the lock.
func (l *Lock) Handle() *Handle {
	return &Handle{lock: l, turn: make(chan struct{}, 1)}
}

// Holder returns the handle that holds the lock, nil if none does.
func (l *Lock) Holder() *Handle {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.holder
}

// Handle is one user of a lock.
type Handle struct {
	lock *Lock
	// turn gets a value when the lock was free and it was this handle's turn.
	turn chan struct{}
}

// LockContext takes the lock, waiting while another handle holds it.
func (h *Handle) LockContext(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l := h.lock
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder == h {
		return ErrReentrant
	}
	for l.holder != nil {
		l.queue = append(l.queue, h)
		l.mu.Unlock()
		select {
		case <-h.turn:
			l.mu.Lock()
		case <-ctx.Done():
			err := ctx.Err()
			l.mu.Lock()
			if i := slices.Index(l.queue, h); i >= 0 {
				l.queue = slices.Delete(l.queue, i, i+1)
			} else {
				<-h.turn // want "goes to another waiter when one gives up as it comes free" deadlock
			}
			return err
		}
	}
	l.holder = h
	return nil
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

// Unlock gives the lock back, and tells the first of the queue.
func (h *Handle) Unlock() {
	l := h.lock
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder != h {
		panic("lock: Unlock by a handle that doesn't hold the lock")
	}
	l.holder = nil
	if len(l.queue) > 0 {
		l.queue[0].turn <- struct{}{}
		l.queue = l.queue[1:]
	}
}
