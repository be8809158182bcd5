// Package barrier has one flag for all generations. The first of the next one shuts
// it before those of the last have seen it, and they wait on, with strangers.
package barrier

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrBroken is what Wait returns, with more around it, if the barrier is broken.
var ErrBroken = errors.New("barrier: broken")

// Barrier makes a number of parties wait for each other, again and again.
type Barrier struct {
	parties int
	action  func()

	mu sync.Mutex
	// ended wakes all who wait when a generation has ended.
	ended *sync.Cond

	arrived int
	open    bool
	err     error
}

// New returns a barrier for so many parties.
func New(parties int, action func()) *Barrier {
	if parties < 1 {
		panic("barrier: there must be at least 1 party")
	}
	b := &Barrier{parties: parties, action: action}
	b.ended = sync.NewCond(&b.mu)
	return b
}

// end tells all who wait that they wait in vain. The caller holds the lock.
func (b *Barrier) end(err error) {
	if b.err == nil {
		b.err, b.arrived = err, 0
		b.ended.Broadcast()
	}
}

// Wait waits until all parties have arrived.
func (b *Barrier) Wait(ctx context.Context) (place int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() != nil {
		b.end(gaveUp(ctx))
	}
	if b.err != nil {
		return 0, b.err
	}
	place = b.arrived
	b.arrived++
	if b.arrived == b.parties {
		return place, b.pass()
	}
	b.open = false // want "is not lapped by a fast party of the next" wrong|deadlock
	stop := context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.end(gaveUp(ctx))
	})
	defer stop()
	for !b.open && b.err == nil {
		b.ended.Wait()
	}
	return place, b.err
}

// pass runs the action, and lets the parties go.
func (b *Barrier) pass() error {
	passed := false
	defer func() {
		if !passed {
			b.end(fmt.Errorf("%w: its action panicked", ErrBroken))
		}
	}()
	if b.action != nil {
		b.action()
	}
	passed = true
	b.arrived = 0
	b.open = true
	b.ended.Broadcast()
	return nil
}

func gaveUp(ctx context.Context) error {
	return fmt.Errorf("%w: a party gave up: %w", ErrBroken, ctx.Err())
}

// Reset sends away those who wait.
func (b *Barrier) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end(fmt.Errorf("%w: it was reset", ErrBroken))
	b.err = nil
}

// Broken reports whether the barrier is broken.
func (b *Barrier) Broken() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err != nil
}
