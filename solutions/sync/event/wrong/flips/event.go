// Package event turns a flag over at each Set, so that a waiter sees that there was one.
// After two it looks as after none.
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
	// turned is another one after each Set.
	turned bool
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
		e.turned = !e.turned
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
	for before := e.turned; e.turned == before; e.changed.Wait() { // want "wakes all who wait even if it is cleared at once" deadlock
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
