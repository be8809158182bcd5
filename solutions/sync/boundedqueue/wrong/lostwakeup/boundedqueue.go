// Package boundedqueue wakes the first who waits for an item. One who gives up at
// that moment tells nobody, and the next one sleeps on beside the item.
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
	takers     []chan struct{}
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
		case len(q.items) < q.capacity:
			q.items = append(q.items, item)
			q.unfinished++
			if len(q.takers) > 0 {
				close(q.takers[0])
				q.takers = q.takers[1:]
			}
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
	for {
		q.mu.Lock()
		switch {
		case ctx.Err() != nil:
			q.mu.Unlock()
			return item, ctx.Err()
		case len(q.items) > 0:
			item = q.items[0]
			q.items = q.items[1:]
			q.change()
			q.mu.Unlock()
			return item, nil
		case q.closed:
			q.mu.Unlock()
			return item, ErrClosed
		}
		woken := make(chan struct{})
		q.takers = append(q.takers, woken)
		q.mu.Unlock()
		select {
		case <-woken:
		case <-ctx.Done():
			q.mu.Lock()
			q.takers = slices.DeleteFunc(q.takers, func(other chan struct{}) bool { return other == woken })
			q.mu.Unlock()
			return item, ctx.Err() // want "wakes another if the one that was woken gives up" deadlock
		}
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
