// Package boundedqueue is a right answer with one condition variable, on which all
// wait for whatever they wait for; a context that ends broadcasts as well.
package boundedqueue

import (
	"context"
	"errors"
	"sync"
)

// ErrClosed is returned by Put once the queue is closed, and by Take once it is
// closed and empty.
var ErrClosed = errors.New("boundedqueue: closed")

// Queue is a first-in, first-out queue of bounded size: a ring.
type Queue[T any] struct {
	mu         sync.Mutex
	changed    *sync.Cond
	ring       []T
	first, n   int
	unfinished int
	closed     bool
}

// New returns an empty queue that holds at most capacity items. It panics if
// capacity is less than 1.
func New[T any](capacity int) *Queue[T] {
	if capacity < 1 {
		panic("boundedqueue: capacity must be at least 1")
	}
	q := &Queue[T]{ring: make([]T, capacity)}
	q.changed = sync.NewCond(&q.mu)
	return q
}

// await waits until ready holds, and returns with the lock held if it does. A
// broadcast that came between the look at ctx and the wait would be missed if it
// were not sent under the lock.
func (q *Queue[T]) await(ctx context.Context, ready func() bool) error {
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.changed.Broadcast()
	})
	defer stop()
	q.mu.Lock()
	for ctx.Err() == nil && !ready() {
		q.changed.Wait()
	}
	if err := ctx.Err(); err != nil {
		q.mu.Unlock()
		return err
	}
	return nil
}

// Put appends item, waiting while the queue is full.
func (q *Queue[T]) Put(ctx context.Context, item T) error {
	if err := q.await(ctx, func() bool { return q.closed || q.n < len(q.ring) }); err != nil {
		return err
	}
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	q.ring[(q.first+q.n)%len(q.ring)] = item
	q.n++
	q.unfinished++
	q.changed.Broadcast()
	return nil
}

// Take removes and returns the oldest item, waiting while the queue is empty.
func (q *Queue[T]) Take(ctx context.Context) (T, error) {
	var nothing T
	if err := q.await(ctx, func() bool { return q.closed || q.n > 0 }); err != nil {
		return nothing, err
	}
	defer q.mu.Unlock()
	if q.n == 0 {
		return nothing, ErrClosed
	}
	item := q.ring[q.first]
	q.ring[q.first] = nothing
	q.first = (q.first + 1) % len(q.ring)
	q.n--
	q.changed.Broadcast()
	return item, nil
}

// Len returns the number of items in the queue.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.n
}

// Done says that the work on one taken item is finished.
func (q *Queue[T]) Done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.unfinished == 0 {
		panic("boundedqueue: Done was called more often than Put")
	}
	q.unfinished--
	q.changed.Broadcast()
}

// Join waits until Done was called for every item that was put.
func (q *Queue[T]) Join(ctx context.Context) error {
	if err := q.await(ctx, func() bool { return q.unfinished == 0 }); err != nil {
		return err
	}
	q.mu.Unlock()
	return nil
}

// Close closes the queue and wakes whoever waits.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}
