// Package semaphore looks whether there are permits, and lines up under the lock again.
// What is released in between finds nobody in line.
package semaphore

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrTooMany is returned by Acquire of more permits than there are.
var ErrTooMany = errors.New("semaphore: more than its capacity")

// Semaphore is a number of permits, some of which are held.
type Semaphore struct {
	mu       sync.Mutex
	capacity int
	free     int
	line     []*waiter
}

// waiter is a caller in line. Its channel is closed when it has got its permits, by
// the one who gave them and under the lock.
type waiter struct {
	n   int
	got chan struct{}
}

// New returns a semaphore with so many permits, all of them free.
func New(capacity int) *Semaphore {
	if capacity < 1 {
		panic("semaphore: capacity must be at least 1")
	}
	return &Semaphore{capacity: capacity, free: capacity}
}

// take takes n permits if that overtakes nobody. The caller holds the lock.
func (s *Semaphore) take(n int) bool {
	if len(s.line) > 0 || s.free < n {
		return false
	}
	s.free -= n
	return true
}

// serve hands permits to the front of the line, up to the first for whom there are
// too few. The caller holds the lock.
func (s *Semaphore) serve() {
	for len(s.line) > 0 && s.line[0].n <= s.free {
		s.free -= s.line[0].n
		close(s.line[0].got)
		s.line = s.line[1:]
	}
}

// Acquire takes n permits, all at once, and waits in line for them.
func (s *Semaphore) Acquire(ctx context.Context, n int) error {
	atLeastOne(n)
	if n > s.capacity {
		return ErrTooMany
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.TryAcquire(n) {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	me := &waiter{n, make(chan struct{})}
	s.line = append(s.line, me) // want "serves one who is just about to wait" deadlock
	s.mu.Unlock()

	select {
	case <-me.got:
		return nil
	case <-ctx.Done():
		return s.leave(me, ctx.Err())
	}
}

// leave takes a waiter out of the line. One that is not there any more has got its
// permits in the meantime, and keeps them.
func (s *Semaphore) leave(me *waiter, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	place := slices.Index(s.line, me)
	if place < 0 {
		return nil
	}
	s.line = slices.Delete(s.line, place, place+1)
	// It may have been the first, in the way of others that need less.
	s.serve()
	return err
}

// TryAcquire takes n permits if it needs no waiting for them.
func (s *Semaphore) TryAcquire(n int) bool {
	atLeastOne(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.take(n)
}

// Release gives n permits back and lets in those who wait.
func (s *Semaphore) Release(n int) {
	atLeastOne(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > s.capacity-s.free {
		panic("semaphore: more permits were released than are held")
	}
	s.free += n
	s.serve()
}

func atLeastOne(n int) {
	if n < 1 {
		panic("semaphore: the number of permits must be at least 1")
	}
}
