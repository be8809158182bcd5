// Package lock takes the first out of the queue whoever gives up, as if nobody but the
// first could.
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
	// turn gets a value when the handle was made the holder.
	turn chan struct{}
}

// LockContext takes the lock, waiting while another handle holds it.
func (h *Handle) LockContext(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l := h.lock
	l.mu.Lock()
	if l.holder == nil || l.holder == h {
		defer l.mu.Unlock()
		if l.holder == h {
			return ErrReentrant
		}
		l.holder = h
		return nil
	}
	l.queue = append(l.queue, h)
	l.mu.Unlock()
	select {
	case <-h.turn:
		return nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder == h {
		// It was this handle's turn meanwhile.
		<-h.turn
		l.pass()
	} else {
		l.queue = l.queue[1:] // want "keeps all others waiting when one among them gives up" deadlock
	}
	return ctx.Err()
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

// Unlock gives the lock back, or on.
func (h *Handle) Unlock() {
	l := h.lock
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder != h {
		panic("lock: Unlock by a handle that doesn't hold the lock")
	}
	l.pass()
}

// pass makes the first of the queue the holder. The caller holds the mutex.
func (l *Lock) pass() {
	l.holder = nil
	if len(l.queue) > 0 {
		l.holder = l.queue[0]
		l.queue = l.queue[1:]
		l.holder.turn <- struct{}{}
	}
}
