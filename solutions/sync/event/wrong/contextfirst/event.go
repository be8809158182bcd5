// Package event asks a woken waiter's context first. If that has ended as well by
// then, the Set that woke it is forgotten.
package event

import (
	"context"
	"sync"
)

// Event is set or not.
type Event struct {
	mu      sync.Mutex
	changed sync.Cond
	isSet   bool
	sets    int
}

// New returns an event that is not set.
func New() *Event {
	e := &Event{}
	e.changed.L = &e.mu
	return e
}

// Set sets the event, and wakes all who wait.
func (e *Event) Set() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.isSet {
		e.isSet = true
		e.sets++
		e.changed.Broadcast()
	}
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
	stop := context.AfterFunc(ctx, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.changed.Broadcast()
	})
	defer stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.isSet {
		return nil
	}
	before := e.sets
	for {
		if ctx.Err() != nil {
			return ctx.Err() // want "lets those go on that a Set has woken before their context ended" wrong
		}
		if e.sets != before {
			return nil
		}
		e.changed.Wait()
	}
}
