// Package event lets a helper wait for the Set, and goes when its context ends.
// The helper stays until the next Set, and if there is none, for ever.
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
	e.mu.Lock()
	isSet, before := e.isSet, e.sets
	e.mu.Unlock()
	if isSet {
		return nil
	}
	happened := make(chan struct{})
	go func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		for e.sets == before {
			e.changed.Wait() // want "starts nothing that outlives a call" leak:goroutine
		}
		close(happened)
	}()
	select {
	case <-happened:
		return nil
	case <-ctx.Done():
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.sets != before {
		return nil
	}
	return ctx.Err()
}
