package boundedqueue

import (
	"context"
	"errors"
)

// ErrClosed is returned by Put once the queue is closed, and by Take once it is
// closed and empty.
var ErrClosed = errors.New("boundedqueue: closed")

// Queue is a first-in, first-out queue of bounded size. All its methods may be
// called from any number of goroutines at once.
type Queue[T any] struct {
	// TODO: what does a queue need to know?
}

// New returns an empty queue that holds at most capacity items. It panics if
// capacity is less than 1.
func New[T any](capacity int) *Queue[T] {
	panic("TODO: implement New")
}

// Put appends item, waiting while the queue is full. Every T is an item like any
// other, nil and zero too.
// If ctx ends first, Put returns ctx.Err() and the queue is unchanged; so it
// does if ctx has ended before the call, even if there is room or the queue is
// closed.
// If the queue is closed, before or while Put waits, it returns ErrClosed and the
// queue is unchanged.
// An item whose Put failed is no work: Done and Join don't count it.
func (q *Queue[T]) Put(ctx context.Context, item T) error {
	panic("TODO: implement Put")
}

// Take removes and returns the oldest item, waiting while the queue is empty.
// If ctx ends first, Take returns ctx.Err() and takes nothing; so it does if ctx
// has ended before the call, even if there is an item or the queue is closed.
// Items that were in the queue when it was closed can still be taken; after
// them, Take returns ErrClosed, to those who already wait as well.
func (q *Queue[T]) Take(ctx context.Context) (T, error) {
	panic("TODO: implement Take")
}

// Len returns the number of items in the queue. Those whose Put still waits are
// not in it.
func (q *Queue[T]) Len() int {
	panic("TODO: implement Len")
}

// Done says that the work on one taken item is finished. It panics if it is
// called more often than items were put.
func (q *Queue[T]) Done() {
	panic("TODO: implement Done")
}

// Join waits until Done was called for every item that was put, taken or not,
// and whether the queue is closed or not. All who wait in Join return then.
// A queue that nothing was put in has no work, so Join returns nil at once.
// If ctx ends first, Join returns ctx.Err(); so it does if ctx has ended before
// the call and there is work. If there is none, it may return either then.
func (q *Queue[T]) Join(ctx context.Context) error {
	panic("TODO: implement Join")
}

// Close closes the queue and wakes whoever waits in Put or in Take of an empty
// queue. Closing it again does nothing.
func (q *Queue[T]) Close() {
	panic("TODO: implement Close")
}
