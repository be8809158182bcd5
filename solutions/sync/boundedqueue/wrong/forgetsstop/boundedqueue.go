// Package boundedqueue asks to be told when the context ends and never takes that
// back: where the context is a caller's own type, each call leaves a goroutine.
package boundedqueue

import (
	"context"
	"errors"
	"sync"
)

// ErrClosed is returned by Put once the queue is closed, and by Take once it is
// closed and empty.
var ErrClosed = errors.New("boundedqueue: closed")

// Queue is a first-in, first-out queue of bounded size.
type Queue[T any] struct {
	mu                        sync.Mutex
	notFull, notEmpty, worked *sync.Cond
	items                     []T
	capacity, unfinished      int
	closed                    bool
}

// New returns an empty queue.
func New[T any](capacity int) *Queue[T] {
	if capacity < 1 {
		panic("boundedqueue: capacity must be at least 1")
	}
	q := &Queue[T]{capacity: capacity}
	q.notFull, q.notEmpty, q.worked = sync.NewCond(&q.mu), sync.NewCond(&q.mu), sync.NewCond(&q.mu)
	return q
}

func (q *Queue[T]) wait(ctx context.Context, cond *sync.Cond, ready func() bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { // want "starts nothing that outlives a call" leak:goroutine
		q.mu.Lock()
		defer q.mu.Unlock()
		cond.Broadcast()
	})
	for !ready() {
		if err := ctx.Err(); err != nil {
			return err
		}
		cond.Wait()
	}
	if err := ctx.Err(); err != nil {
		cond.Signal()
		return err
	}
	return nil
}

func (q *Queue[T]) Put(ctx context.Context, item T) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.wait(ctx, q.notFull, func() bool { return q.closed || len(q.items) < q.capacity }); err != nil {
		return err
	}
	if q.closed {
		return ErrClosed
	}
	q.items = append(q.items, item)
	q.unfinished++
	q.notEmpty.Signal()
	return nil
}

func (q *Queue[T]) Take(ctx context.Context) (item T, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.wait(ctx, q.notEmpty, func() bool { return q.closed || len(q.items) > 0 }); err != nil {
		return item, err
	}
	if len(q.items) == 0 {
		return item, ErrClosed
	}
	item, q.items = q.items[0], q.items[1:]
	q.notFull.Signal()
	return item, nil
}

func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}

func (q *Queue[T]) Done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.unfinished == 0 {
		panic("boundedqueue: Done was called more often than Put")
	}
	if q.unfinished--; q.unfinished == 0 {
		q.worked.Broadcast()
	}
}

func (q *Queue[T]) Join(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.wait(ctx, q.worked, func() bool { return q.unfinished == 0 })
}

func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.notFull.Broadcast()
	q.notEmpty.Broadcast()
}
