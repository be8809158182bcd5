package semaphore

import (
	"context"
	"errors"
)

// ErrTooMany is returned by Acquire of more permits than there are.
var ErrTooMany = errors.New("semaphore: more than its capacity")

// Semaphore is a number of permits, some of which are held. All its methods may be
// called from any number of goroutines at once.
//
// A caller that waits in Acquire is in line, behind those who came before it, and
// holds none of the permits that it waits for.
type Semaphore struct {
	// TODO: what does a semaphore need to know?
}

// New returns a semaphore with so many permits, all of them free. It panics if
// capacity is less than 1.
func New(capacity int) *Semaphore {
	panic("TODO: implement New")
}

// Acquire takes n permits, all at once. If fewer are free, or others are in line, it
// waits in line until it is the first there and n are free.
//
// If n is more than the capacity, Acquire returns ErrTooMany without waiting, and
// nobody else notices. It panics if n is less than 1.
//
// If ctx ends first, Acquire returns ctx.Err() and has taken nothing; so it does if
// ctx has ended before the call, even if there are permits. Where both happen at the
// same time, it may do either, but never both: with an error it holds nothing, and
// without one it holds n.
//
// A call with more than one of these faults may return any of their errors, or panic.
func (s *Semaphore) Acquire(ctx context.Context, n int) error {
	panic("TODO: implement Acquire")
}

// TryAcquire takes n permits if it needs no waiting for them, and reports whether it
// did. It returns false only if fewer than n are free or somebody is in line: it
// overtakes nobody. It panics if n is less than 1.
func (s *Semaphore) TryAcquire(n int) bool {
	panic("TODO: implement TryAcquire")
}

// Release gives n permits back, whoever took them, in one call or in several, and
// lets in those who wait: from the front of the line, as many as there are permits
// for, up to the first that needs more than is free.
//
// It panics if n is less than 1 or more than what is held. Then nothing has changed,
// and the semaphore can be used as before.
func (s *Semaphore) Release(n int) {
	panic("TODO: implement Release")
}
