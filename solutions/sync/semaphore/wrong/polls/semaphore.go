// Package semaphore looks every millisecond whether it is its turn: it is woken by
// the clock, and not by what it waits for.
package semaphore

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
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

// waiter is a caller in line.
type waiter struct{ n int }

// New returns a semaphore with so many permits, all of them free.
func New(capacity int) *Semaphore {
	if capacity < 1 {
		panic("semaphore: capacity must be at least 1")
	}
	return &Semaphore{capacity: capacity, free: capacity}
}

// Acquire takes n permits, all at once, and waits in line for them.
func (s *Semaphore) Acquire(ctx context.Context, n int) error {
	atLeastOne(n)
	if n > s.capacity {
		return ErrTooMany
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	me := &waiter{n}
	s.line = append(s.line, me)
	for {
		switch {
		case ctx.Err() != nil:
			s.line = slices.DeleteFunc(s.line, func(w *waiter) bool { return w == me })
			return ctx.Err()
		case s.line[0] == me && n <= s.free:
			s.line = s.line[1:]
			s.free -= n
			return nil
		}
		s.mu.Unlock()
		time.Sleep(time.Millisecond) // want "makes callers wait without burning CPU" busy
		s.mu.Lock()
	}
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

// Release gives n permits back.
func (s *Semaphore) Release(n int) {
	atLeastOne(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > s.capacity-s.free {
		panic("semaphore: more permits were released than are held")
	}
	s.free += n
}

func atLeastOne(n int) {
	if n < 1 {
		panic("semaphore: the number of permits must be at least 1")
	}
}
