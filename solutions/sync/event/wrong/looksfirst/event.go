// Package event looks whether it is set, and closes its channel if not, in two steps. Two
// callers that look at the same time both close it.
package event

import (
	"context"
	"sync"
)

// Event is set or not.
type Event struct {
	mu    sync.Mutex
	isSet bool
	// happens is closed while the event is set.
	happens chan struct{}
}

// New returns an event that is not set.
func New() *Event {
	return &Event{happens: make(chan struct{})}
}

// Set sets the event, and wakes all who wait.
func (e *Event) Set() {
	if e.IsSet() {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.isSet = true
	close(e.happens) // want "wakes those who wait while others set and clear it at once" panic
}

// Clear makes the event one that is not set. Those who wait for an event that is
// not set have its channel: so that one stays.
func (e *Event) Clear() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.isSet {
		e.isSet = false
		e.happens = make(chan struct{})
	}
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
	happens := e.happens
	e.mu.Unlock()
	select {
	case <-happens:
		return nil
	case <-ctx.Done():
	}
	// If both were ready, the select took one by chance.
	select {
	case <-happens:
		return nil
	default:
		return ctx.Err()
	}
}
