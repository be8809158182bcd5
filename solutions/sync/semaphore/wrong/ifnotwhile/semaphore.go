// Package semaphore looks once, waits, and takes it that what it waited for is there
// when it wakes up. Whoever is woken takes permits that another has taken.
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
	// moved wakes all who wait, whenever one of them may have become the first or
	// permits have come free.
	moved *sync.Cond
}

// waiter is a caller in line.
type waiter struct{ n int }

// New returns a semaphore with so many permits, all of them free.
func New(capacity int) *Semaphore {
	if capacity < 1 {
		panic("semaphore: capacity must be at least 1")
	}
	s := &Semaphore{capacity: capacity, free: capacity}
	s.moved = sync.NewCond(&s.mu)
	return s
}

// Acquire takes n permits, all at once, and waits in line for them.
func (s *Semaphore) Acquire(ctx context.Context, n int) error {
	atLeastOne(n)
	if n > s.capacity {
		return ErrTooMany
	}
	// A condition variable knows nothing of contexts: somebody has to wake it.
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.moved.Broadcast()
	})
	defer stop()

	s.mu.Lock()
	defer s.mu.Unlock()
	me := &waiter{n}
	s.line = append(s.line, me)
	if s.line[0] != me || s.free < n { // want "lets nobody past a caller that needs many" wrong
		s.moved.Wait()
	}
	err := ctx.Err()
	if err == nil {
		s.free -= n
	}
	// Served or not, it leaves the line, and another may be the first.
	s.line = slices.DeleteFunc(s.line, func(w *waiter) bool { return w == me })
	s.moved.Broadcast()
	return err
}

// TryAcquire takes n permits if it needs no waiting for them.
func (s *Semaphore) TryAcquire(n int) bool {
	atLeastOne(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.line) > 0 || s.free < n {
		return false
	}
	s.free -= n
	return true
}

// Release gives n permits back and wakes those who wait.
func (s *Semaphore) Release(n int) {
	atLeastOne(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > s.capacity-s.free {
		panic("semaphore: more permits were released than are held")
	}
	s.free += n
	s.moved.Broadcast()
}

func atLeastOne(n int) {
	if n < 1 {
		panic("semaphore: the number of permits must be at least 1")
	}
}
