// Package semaphore counts a caller as in line before it looks whether that can ever
// get what it asks for, and forgets to take that back.
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
	// turn has room for one: the first in line. The others wait to send to it, and
	// the runtime serves senders in the order in which they came.
	turn chan struct{}

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
	return &Semaphore{capacity: capacity, free: capacity, turn: make(chan struct{}, 1), more: make(chan struct{})}
}

// Acquire takes n permits, all at once, and waits in line for them.
func (s *Semaphore) Acquire(ctx context.Context, n int) error {
	atLeastOne(n)
	s.count(1)
	if n > s.capacity {
		return ErrTooMany // want "refuses what it can never give, and holds up nobody for it" wrong
	}
	defer s.count(-1)
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	for {
		s.mu.Lock()
		err, enough, more := ctx.Err(), s.free >= n, s.more
		if err == nil && enough {
			s.free -= n
		}
		s.mu.Unlock()
		if err != nil || enough {
			return err
		}
		select {
		case <-more:
		case <-ctx.Done():
		}
	}
}

// count changes the number of those in line.
func (s *Semaphore) count(by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting += by
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
