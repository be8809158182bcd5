// Package event tells each waiter through a channel without room. One that has
// given up never hears it, and Set waits for it for ever.
package event

import (
	"context"
	"sync"
)

// Event is set or not.
type Event struct {
	mu      sync.Mutex
	isSet   bool
	waiters map[chan struct{}]bool
}

// New returns an event that is not set.
func New() *Event {
	return &Event{waiters: map[chan struct{}]bool{}}
}

// Set sets the event, and wakes all who wait.
func (e *Event) Set() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.isSet = true
	for waiter := range e.waiters {
		waiter <- struct{}{} // want "lets go of a waiter whose context ends" deadlock
	}
	clear(e.waiters)
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
	told := make(chan struct{})
	e.waiters[told] = true
	e.mu.Unlock()
	select {
	case <-told:
		return nil
	case <-ctx.Done():
	}
	return ctx.Err()
}
