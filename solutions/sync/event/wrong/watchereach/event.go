// Package event starts a goroutine for each call that waits for the end of its
// context, and for nothing else.
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
	go func() {
		<-ctx.Done() // want "starts nothing that outlives a call" leak:goroutine
		e.mu.Lock()
		defer e.mu.Unlock()
		e.changed.Broadcast()
	}()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.isSet {
		return nil
	}
	for before := e.sets; e.sets == before; e.changed.Wait() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
