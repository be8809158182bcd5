// Package boundedqueue lets one select decide between the item and the context.
// When both are ready, select picks by chance.
package boundedqueue

import (
	"context"
	"errors"
	"sync"
)

var ErrClosed = errors.New("boundedqueue: closed")

type Queue[T any] struct {
	items  chan T
	closed chan struct{}
	once   sync.Once

	mu         sync.Mutex
	unfinished int
	idle       chan struct{}
}

func New[T any](capacity int) *Queue[T] {
	if capacity < 1 {
		panic("boundedqueue: capacity must be at least 1")
	}
	return &Queue[T]{items: make(chan T, capacity), closed: make(chan struct{}), idle: make(chan struct{})}
}

func (q *Queue[T]) Put(ctx context.Context, item T) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case <-q.closed:
		return ErrClosed
	default:
	}
	q.count(1)
	select {
	case q.items <- item:
		return nil
	case <-q.closed:
		q.count(-1)
		return ErrClosed
	case <-ctx.Done():
		q.count(-1)
		return ctx.Err()
	}
}

func (q *Queue[T]) Take(ctx context.Context) (item T, err error) {
	select {
	case item = <-q.items: // want "does not start what is already cancelled" wrong
		return item, nil
	case <-ctx.Done():
		return item, ctx.Err()
	case <-q.closed:
		select {
		case item = <-q.items:
			return item, nil
		default:
			return item, ErrClosed
		}
	}
}

func (q *Queue[T]) Len() int { return len(q.items) }

// count changes the number of unfinished items.
func (q *Queue[T]) count(by int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.unfinished+by < 0 {
		panic("boundedqueue: Done was called more often than Put")
	}
	q.unfinished += by
	if q.unfinished == 0 {
		close(q.idle)
		q.idle = make(chan struct{})
	}
}

func (q *Queue[T]) Done() { q.count(-1) }

func (q *Queue[T]) Join(ctx context.Context) error {
	for {
		q.mu.Lock()
		left, idle := q.unfinished, q.idle
		q.mu.Unlock()
		if ctx.Err() != nil || left == 0 {
			return ctx.Err()
		}
		select {
		case <-idle:
		case <-ctx.Done():
		}
	}
}

func (q *Queue[T]) Close() { q.once.Do(func() { close(q.closed) }) }
