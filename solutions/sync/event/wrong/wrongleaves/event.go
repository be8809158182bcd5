// Package event takes the first of those who wait from its list whoever leaves, as if
// nobody but the first could.
package event

import (
	"context"
	"sync"
)

// Event is set or not.
type Event struct {
	mu      sync.Mutex
	isSet   bool
	waiters []chan struct{}
}

// New returns an event that is not set.
func New() *Event {
	return &Event{}
}

// Set sets the event, and wakes all who wait.
func (e *Event) Set() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.isSet = true
	for _, waiter := range e.waiters {
		waiter <- struct{}{}
	}
	e.waiters = nil
}

// Clear makes the event one that is not set.
func (e *Event) Clear() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.isSet = false
}

// IsSet reports whether the event is set.
func (e *Event) IsSet() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.isSet
}

// Wait waits until the event is set.
func (e *Event) Wait(ctx context.Context) error {
	e.mu.Lock()
	if e.isSet {
		e.mu.Unlock()
		return nil
	}
	told := make(chan struct{}, 1)
	e.waiters = append(e.waiters, told)
	e.mu.Unlock()
	select {
	case <-told:
		return nil
	case <-ctx.Done():
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(told) > 0 {
		// It was told before it could leave the list.
		return nil
	}
	if len(e.waiters) > 0 {
		e.waiters = e.waiters[1:] // want "lets go of a waiter whose context ends" deadlock
	}
	return ctx.Err()
}
