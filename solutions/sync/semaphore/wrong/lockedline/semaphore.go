// Package semaphore makes its line of a mutex, that the first holds while it waits.
// Those behind it wait in Lock, which knows nothing of contexts.
package semaphore

import (
	"context"
	"errors"
	"sync"
)

// ErrTooMany is returned by Acquire of more permits than there are.
var ErrTooMany = errors.New("semaphore: more than its capacity")

// Semaphore is a number of permits, some of which are held.
type Semaphore struct {
	// turn is held by the first in line, and the others wait for it.
	turn sync.Mutex

	mu       sync.Mutex
	capacity int
	free     int
	waiting  int
	// more is closed and replaced when permits come free.
	more chan struct{}
}

// New returns a semaphore with so many permits, all of them free.
func New(capacity int) *Semaphore {
	if capacity < 1 {
		panic("semaphore: capacity must be at least 1")
	}
	return &Semaphore{capacity: capacity, free: capacity, more: make(chan struct{})}
}

// Acquire takes n permits, all at once, and waits in line for them.
func (s *Semaphore) Acquire(ctx context.Context, n int) error {
	atLeastOne(n)
	if n > s.capacity {
		return ErrTooMany
	}
	s.mu.Lock()
	s.waiting++
	s.mu.Unlock()
	s.turn.Lock() // want "changes nothing for the others if it was not the first" deadlock
	defer s.turn.Unlock()
	for {
		s.mu.Lock()
		err, enough, more := ctx.Err(), s.free >= n, s.more
		if err != nil || enough {
			s.waiting--
			if err == nil {
				s.free -= n
			}
			s.mu.Unlock()
			return err
		}
		s.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
		}
	}
}

// TryAcquire takes n permits if it needs no waiting for them.
func (s *Semaphore) TryAcquire(n int) bool {
	atLeastOne(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting > 0 || s.free < n {
		return false
	}
	s.free -= n
	return true
}

// Release gives n permits back and wakes the first in line.
func (s *Semaphore) Release(n int) {
	atLeastOne(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > s.capacity-s.free {
		panic("semaphore: more permits were released than are held")
	}
	s.free += n
	close(s.more)
	s.more = make(chan struct{})
}

func atLeastOne(n int) {
	if n < 1 {
		panic("semaphore: the number of permits must be at least 1")
	}
}
