// Package semaphore looks whether it is its turn, and then asks what to wait for. What
// changed in between it never hears of.
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
	capacity int
	mu       sync.Mutex
	free     int
	line     []*ticket
	changed  chan struct{} // closed, and made anew, when those in line are to look
}

// ticket is a place in line. It has a field so that no two are the same.
type ticket struct{ n int }

// New returns a semaphore with so many permits, all of them free.
func New(capacity int) *Semaphore {
	if capacity < 1 {
		panic("semaphore: a capacity below 1")
	}
	return &Semaphore{capacity: capacity, free: capacity, changed: make(chan struct{})}
}

// Acquire takes n permits, all at once.
func (s *Semaphore) Acquire(ctx context.Context, n int) error {
	if n < 1 {
		panic("semaphore: Acquire of less than one")
	}
	if n > s.capacity {
		return ErrTooMany
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	me := &ticket{n}
	s.mu.Lock()
	s.line = append(s.line, me)
	s.mu.Unlock()
	for !s.served(me) {
		select {
		case <-ctx.Done():
			err := ctx.Err()
			s.mu.Lock()
			defer s.mu.Unlock()
			i := slices.Index(s.line, me)
			s.line = slices.Delete(s.line, i, i+1)
			s.tell()
			return err
		case <-s.change(): // want "serves one who is just about to wait" deadlock
		}
	}
	return nil
}

// served reports whether it is the turn of one in line, who then leaves it with its
// permits.
func (s *Semaphore) served(me *ticket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line[0] != me || s.free < me.n {
		return false
	}
	s.line = slices.Delete(s.line, 0, 1)
	s.free -= me.n
	s.tell()
	return true
}

// change returns what is closed at the next change.
func (s *Semaphore) change() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// tell has all in line look whether it is their turn, if it can be somebody's. The
// caller holds the mutex.
func (s *Semaphore) tell() {
	if len(s.line) > 0 && s.line[0].n <= s.free {
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// TryAcquire takes n permits if it needs no waiting for them.
func (s *Semaphore) TryAcquire(n int) bool {
	if n < 1 {
		panic("semaphore: TryAcquire of less than one")
	}
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < 1 || n > s.capacity-s.free {
		panic("semaphore: Release of less than one, or of more than what is held")
	}
	s.free += n
	s.tell()
}
