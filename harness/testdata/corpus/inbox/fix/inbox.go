// Package inbox is an unbounded queue of messages of an actor, with a close. Fixed: Close takes the lock.
package inbox

import (
	"errors"
	"sync"
	"sync/atomic"
)

// ErrClosed means that there is nothing left and nothing to come.
var ErrClosed = errors.New("inbox is closed")

// Priority says which messages come first.
type Priority int

// The priorities of messages.
const (
	Normal Priority = iota
	Urgent
	priorities
)

// Inbox holds messages until they are read.
type Inbox[T any] struct {
	closed atomic.Bool

	mu       sync.Mutex
	arrived  *sync.Cond
	messages [priorities][]T
	longest  int
}

// New returns an empty inbox.
func New[T any]() *Inbox[T] {
	b := &Inbox[T]{}
	b.arrived = sync.NewCond(&b.mu)
	return b
}

// Post adds a message; after Close it returns ErrClosed.
func (b *Inbox[T]) Post(message T, priority Priority) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed.Load() {
		return ErrClosed
	}
	b.messages[priority] = append(b.messages[priority], message)
	b.longest = max(b.longest, b.waiting())
	b.arrived.Signal()
	return nil
}

// Next returns the next message and waits for one if need be. After Close it
// returns what is left and then ErrClosed.
func (b *Inbox[T]) Next() (T, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		last := b.closed.Load()
		for p := priorities - 1; p >= 0; p-- {
			if queue := b.messages[p]; len(queue) > 0 {
				b.messages[p] = queue[1:]
				return queue[0], nil
			}
		}
		if last {
			var none T
			return none, ErrClosed
		}
		b.arrived.Wait()
	}
}

// Close lets nothing new in and wakes the readers.
func (b *Inbox[T]) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed.Swap(true) {
		return
	}
	b.arrived.Broadcast()
}

// Longest returns how many messages were waiting at most.
func (b *Inbox[T]) Longest() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.longest
}

// waiting returns how many messages wait; the lock is held.
func (b *Inbox[T]) waiting() int {
	n := 0
	for _, queue := range b.messages {
		n += len(queue)
	}
	return n
}
