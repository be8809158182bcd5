//go:build linux

// Package namedsemaphore finds the semaphore in a map of the process, so every process
// has one of its own.
package namedsemaphore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

var (
	// ErrSize says that the semaphore exists with another number of slots.
	ErrSize = errors.New("namedsemaphore: it has another number of slots")
	// ErrName says that a name isn't one that a semaphore can have.
	ErrName = errors.New("namedsemaphore: not a name")
	// ErrNotHeld says that there is no slot to give back.
	ErrNotHeld = errors.New("namedsemaphore: no slot is held")
)

// Semaphore is a counting semaphore.
type Semaphore struct {
	slots chan struct{}

	mu   sync.Mutex
	held int
}

var known struct {
	sync.Mutex
	slots map[string]chan struct{}
}

// Open opens the semaphore, and makes it first if there is none.
func Open(folder, name string, n int) (*Semaphore, error) {
	if !valid(name) {
		return nil, ErrName
	}
	if n < 1 {
		return nil, ErrSize
	}
	if _, err := os.Stat(folder); err != nil {
		return nil, err
	}
	known.Lock()
	defer known.Unlock()
	path := filepath.Join(folder, name)
	slots := known.slots[path] // want "lets n in at once, whichever process they are in, and no more" wrong
	if slots == nil {
		slots = make(chan struct{}, n)
		if known.slots == nil {
			known.slots = map[string]chan struct{}{}
		}
		known.slots[path] = slots
	}
	if cap(slots) != n {
		return nil, ErrSize
	}
	return &Semaphore{slots: slots}, nil
}

// valid reports whether a semaphore can have the name.
func valid(name string) bool {
	const first = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	other := func(r rune) bool { return !strings.ContainsRune(first+".-_", r) }
	return name != "" && len(name) <= 64 && strings.Contains(first, name[:1]) && !strings.ContainsFunc(name, other)
}

// Acquire takes a slot, and waits until there is one.
func (s *Semaphore) Acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held++
	return nil
}

// Release gives back a slot.
func (s *Semaphore) Release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == 0 {
		return ErrNotHeld
	}
	s.held--
	<-s.slots
	return nil
}

// Close gives back all slots.
func (s *Semaphore) Close() error {
	for s.Release() == nil {
	}
	return nil
}

// Remove removes the semaphore.
func Remove(folder, name string) error {
	known.Lock()
	defer known.Unlock()
	path := filepath.Join(folder, name)
	if known.slots[path] == nil {
		return fs.ErrNotExist
	}
	delete(known.slots, path)
	return nil
}
