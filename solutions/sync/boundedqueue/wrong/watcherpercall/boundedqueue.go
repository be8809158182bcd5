// Package boundedqueue starts a goroutine for each call that waits for the end of
// the context, and forgets to end it when the call is over.
package boundedqueue

import (
	"context"
	"errors"
	"sync"
)

var ErrClosed = errors.New("boundedqueue: closed")

type Queue[T any] struct {
	mu         sync.Mutex
	changed    *sync.Cond
	items      []T
	capacity   int
	unfinished int
	closed     bool
}

func New[T any](capacity int) *Queue[T] {
	if capacity < 1 {
		panic("boundedqueue: capacity must be at least 1")
	}
	q := &Queue[T]{capacity: capacity}
	q.changed = sync.NewCond(&q.mu)
	return q
}

func (q *Queue[T]) Put(ctx context.Context, item T) error {
	stop := q.wakeAtEndOf(ctx)
	defer stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case q.closed:
			return ErrClosed
		case len(q.items) < q.capacity:
			q.items = append(q.items, item)
			q.unfinished++
			q.changed.Broadcast()
			return nil
		}
		q.changed.Wait()
	}
}

func (q *Queue[T]) Take(ctx context.Context) (item T, err error) {
	stop := q.wakeAtEndOf(ctx)
	defer stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		switch {
		case ctx.Err() != nil:
			return item, ctx.Err()
		case len(q.items) > 0:
			item = q.items[0]
			q.items = q.items[1:]
			q.changed.Broadcast()
			return item, nil
		case q.closed:
			return item, ErrClosed
		}
		q.changed.Wait()
	}
}

func (q *Queue[T]) wakeAtEndOf(ctx context.Context) (stop func() bool) {
	go func() { // want "starts nothing that outlives a call" leak:goroutine
		<-ctx.Done()
		q.mu.Lock()
		defer q.mu.Unlock()
		q.changed.Broadcast()
	}()
	return func() bool { return true }
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
	q.unfinished--
	q.changed.Broadcast()
}

func (q *Queue[T]) Join(ctx context.Context) error {
	stop := q.wakeAtEndOf(ctx)
	defer stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.unfinished > 0 {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		q.changed.Wait()
	}
	return ctx.Err()
}

func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}
