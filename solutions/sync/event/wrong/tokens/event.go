// Package event counts who waits, and puts as many tokens into a channel when it is
// set. Anybody may take a token: one who comes after the Clear, too, and then one of
// those that it was meant for goes on waiting.
package event

import (
	"context"
	"sync"
)

// Event is set or not.
type Event struct {
	mu      sync.Mutex
	isSet   bool
	waiting int
	tokens  chan struct{}
}

// New returns an event that is not set.
func New() *Event {
	return &Event{tokens: make(chan struct{}, 1000)}
}

// Set sets the event, and wakes all who wait.
func (e *Event) Set() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.isSet = true
	for ; e.waiting > 0; e.waiting-- {
		e.tokens <- struct{}{}
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
	if e.isSet {
		e.mu.Unlock()
		return nil
	}
	e.waiting++
	e.mu.Unlock()
	select {
	case <-e.tokens:
		return nil
	case <-ctx.Done():
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	select {
	case <-e.tokens: // want "lets nobody pass on what woke others" wrong
		return nil
	default:
		e.waiting--
		return ctx.Err()
	}
}
