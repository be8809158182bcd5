// Package boundedqueue looks again every few milliseconds, with a timer beside its
// context, so a caller that waits is woken by the clock and not by what it waits
// for.
package boundedqueue

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrClosed is returned by Put once the queue is closed, and by Take once it is
// closed and empty.
var ErrClosed = errors.New("boundedqueue: closed")

// Queue is a first-in, first-out queue of bounded size.
type Queue[T any] struct {
	mu         sync.Mutex
	items      []T
	capacity   int
	unfinished int
	closed     bool
}

// New returns an empty queue that holds at most capacity items. It panics if
// capacity is less than 1.
func New[T any](capacity int) *Queue[T] {
	if capacity < 1 {
		panic("boundedqueue: capacity must be at least 1")
	}
	return &Queue[T]{capacity: capacity}
}

// wait calls try, under the lock, at once and after every change until it
// reports that it is done, or until ctx ends.
func (q *Queue[T]) wait(ctx context.Context, try func() (done bool, err error)) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		q.mu.Lock()
		done, err := try()
		q.mu.Unlock()
		if done {
			return err
		}
		select {
		case <-time.After(5 * time.Millisecond): // want "makes callers wait without burning CPU" busy
		case <-ctx.Done():
		}
	}
}

// Put appends item, waiting while the queue is full.
func (q *Queue[T]) Put(ctx context.Context, item T) error {
	return q.wait(ctx, func() (bool, error) {
		switch {
		case q.closed:
			return true, ErrClosed
		case len(q.items) == q.capacity:
			return false, nil
		}
		q.items = append(q.items, item)
		q.unfinished++
		return true, nil
	})
}

// Take removes and returns the oldest item, waiting while the queue is empty.
func (q *Queue[T]) Take(ctx context.Context) (item T, err error) {
	err = q.wait(ctx, func() (bool, error) {
		switch {
		case len(q.items) > 0:
			item = q.items[0]
			q.items = q.items[1:]
			return true, nil
		case q.closed:
			return true, ErrClosed
		}
		return false, nil
	})
	return item, err
}

// Len returns the number of items in the queue.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}

// Done says that the work on one taken item is finished.
func (q *Queue[T]) Done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.unfinished == 0 {
		panic("boundedqueue: Done was called more often than Put")
	}
	q.unfinished--
}

// Join waits until Done was called for every item that was put.
func (q *Queue[T]) Join(ctx context.Context) error {
	return q.wait(ctx, func() (bool, error) { return q.unfinished == 0, nil })
}

// Close closes the queue and wakes whoever waits.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}
