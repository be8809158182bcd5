// Package semaphore is a channel of tokens, and a caller collects as many as it
// needs. Two that have half of what they need wait for each other for ever.
package semaphore

import (
	"context"
	"errors"
)

// ErrTooMany is returned by Acquire of more permits than there are.
var ErrTooMany = errors.New("semaphore: more than its capacity")

// Semaphore is a number of permits, some of which are held.
type Semaphore struct {
	// tokens holds one for each permit that is free.
	tokens chan struct{}
}

// New returns a semaphore with so many permits, all of them free.
func New(capacity int) *Semaphore {
	if capacity < 1 {
		panic("semaphore: capacity must be at least 1")
	}
	s := &Semaphore{make(chan struct{}, capacity)}
	for range capacity {
		s.tokens <- struct{}{}
	}
	return s
}

// Acquire takes n permits, one after the other.
func (s *Semaphore) Acquire(ctx context.Context, n int) error {
	atLeastOne(n)
	if err := ctx.Err(); err != nil {
		return err
	}
	if n > cap(s.tokens) {
		return ErrTooMany
	}
	for taken := range n {
		select {
		case <-s.tokens: // want "gives all that is asked for or nothing" deadlock
		case <-ctx.Done():
			s.giveBack(taken)
			return ctx.Err()
		}
	}
	return nil
}

// TryAcquire takes n permits if it needs no waiting for them.
func (s *Semaphore) TryAcquire(n int) bool {
	atLeastOne(n)
	for taken := range n {
		select {
		case <-s.tokens:
		default:
			s.giveBack(taken)
			return false
		}
	}
	return true
}

// Release gives n permits back.
func (s *Semaphore) Release(n int) {
	atLeastOne(n)
	s.giveBack(n)
}

func (s *Semaphore) giveBack(n int) {
	for range n {
		select {
		case s.tokens <- struct{}{}:
		default:
			panic("semaphore: more permits were released than are held")
		}
	}
}

func atLeastOne(n int) {
	if n < 1 {
		panic("semaphore: the number of permits must be at least 1")
	}
}
