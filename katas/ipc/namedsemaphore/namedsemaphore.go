//go:build linux

package namedsemaphore

import (
	"context"
	"errors"
)

var (
	// ErrSize says that the semaphore exists with another number of slots.
	ErrSize = errors.New("namedsemaphore: it has another number of slots")
	// ErrName says that a name isn't one that a semaphore can have.
	ErrName = errors.New("namedsemaphore: not a name")
	// ErrNotHeld says that there is no slot to give back.
	ErrNotHeld = errors.New("namedsemaphore: no slot is held")
)

// Semaphore is a counting semaphore that processes share.
type Semaphore struct{}

// Open opens the semaphore with this name in the folder. If there is none, it makes one
// with n slots, all free. Several processes may do so at the same time, and one
// semaphore comes of it. Open doesn't wait for slots.
//
// If there is one with another number of slots, the error is ErrSize, and those who use
// it notice nothing. An n below 1 is an error too.
//
// A name has 1 to 64 bytes, which are ASCII letters, digits, '.', '-' and '_', and
// begins with a letter or a digit; capital letters count. Each such name is a
// semaphore of its own, whatever others are made of, and so is the same name in another
// folder. For any other name the error is ErrName. If there is no such folder, it is
// fs.ErrNotExist. In all these cases Open makes nothing. Errors may wrap more around
// these.
func Open(folder, name string, n int) (*Semaphore, error) {
	panic("TODO: implement Open")
}

// Acquire takes a slot, and waits until there is one.
//
// If ctx ends before it has a slot, Acquire returns ctx.Err(), whoever else waits, and
// takes nothing, then or later. If ctx had ended before the call, it takes nothing even
// where a slot is free. Errors may wrap more around these.
func (s *Semaphore) Acquire(ctx context.Context) error {
	panic("TODO: implement Acquire")
}

// Release gives back one of the slots that Acquire took with this Semaphore. If there is
// none, the error is ErrNotHeld, and no slot comes free, whoever else holds some.
func (s *Semaphore) Release() error {
	panic("TODO: implement Release")
}

// Close gives back all slots that are still held with this Semaphore, and leaves those
// of others and the semaphore itself as they are. It is called once, when no other
// call is under way.
func (s *Semaphore) Close() error {
	panic("TODO: implement Close")
}

// Remove removes the semaphore with this name, and nothing else: when the last one is
// removed, the folder is as empty as it was before the first. Open makes a new
// semaphore then, with any number of slots, all free. If there is none, the error is
// fs.ErrNotExist. Errors may wrap more around it. It is called when nobody uses the
// semaphore.
func Remove(folder, name string) error {
	panic("TODO: implement Remove")
}
