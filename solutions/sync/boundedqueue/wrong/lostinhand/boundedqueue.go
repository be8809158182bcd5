// Package boundedqueue hands an item to the first who waits. One who gives up at
// that moment leaves with an error, and with the item.
package boundedqueue

import (
	"context"
	"errors"
	"slices"
	"sync"
)

var ErrClosed = errors.New("boundedqueue: closed")

type Queue[T any] struct {
	mu         sync.Mutex
	items      []T
	capacity   int
	unfinished int
	closed     bool
	takers     []chan T
	changed    chan struct{}
}

func New[T any](capacity int) *Queue[T] {
	if capacity < 1 {
		panic("boundedqueue: capacity must be at least 1")
	}
	return &Queue[T]{capacity: capacity, changed: make(chan struct{})}
}

func (q *Queue[T]) change() {
	close(q.changed)
	q.changed = make(chan struct{})
}

func (q *Queue[T]) Put(ctx context.Context, item T) error {
	for {
		q.mu.Lock()
		switch {
		case ctx.Err() != nil:
			q.mu.Unlock()
			return ctx.Err()
		case q.closed:
			q.mu.Unlock()
			return ErrClosed
		case len(q.takers) > 0:
			q.takers[0] <- item
			q.takers = q.takers[1:]
			q.unfinished++
			q.mu.Unlock()
			return nil
		case len(q.items) < q.capacity:
			q.items = append(q.items, item)
			q.unfinished++
			q.mu.Unlock()
			return nil
		}
		changed := q.changed
		q.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (q *Queue[T]) Take(ctx context.Context) (item T, err error) {
	if ctx.Err() != nil {
		return item, ctx.Err()
	}
	q.mu.Lock()
	if len(q.items) > 0 {
		item = q.items[0]
		q.items = q.items[1:]
		q.change()
		q.mu.Unlock()
		return item, nil
	}
	if q.closed {
		q.mu.Unlock()
		return item, ErrClosed
	}
	hand := make(chan T, 1)
	q.takers = append(q.takers, hand)
	q.mu.Unlock()
	select {
	case item, open := <-hand:
		if !open {
			return item, ErrClosed
		}
		return item, nil
	case <-ctx.Done():
		q.mu.Lock()
		defer q.mu.Unlock()
		q.takers = slices.DeleteFunc(q.takers, func(other chan T) bool { return other == hand })
		return item, ctx.Err() // want "loses no item that arrives as a caller gives up" wrong
	}
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
	q.change()
}

func (q *Queue[T]) Join(ctx context.Context) error {
	for {
		q.mu.Lock()
		left, changed := q.unfinished, q.changed
		q.mu.Unlock()
		if ctx.Err() != nil || left == 0 {
			return ctx.Err()
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for _, hand := range q.takers {
		close(hand)
	}
	q.takers = nil
	q.change()
}
