// Package barrier wakes one party when all have arrived. The others sleep on.
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
	// ended wakes who waits when a generation has ended.
	ended *sync.Cond
	now   *generation
}

// generation is one time that the parties meet.
type generation struct {
	arrived int
	over    bool
	err     error
}

// New returns a barrier for so many parties.
func New(parties int, action func()) *Barrier {
	if parties < 1 {
		panic("barrier: there must be at least 1 party")
	}
	b := &Barrier{parties: parties, action: action, now: new(generation)}
	b.ended = sync.NewCond(&b.mu)
	return b
}

// end tells all of a generation what became of it. The caller holds the lock.
func (b *Barrier) end(g *generation, err error) {
	if g.over {
		return
	}
	g.over, g.err = true, err
	b.ended.Signal() // want "lets nobody go before all have arrived" deadlock
}

// Wait waits until all parties of this generation have arrived.
func (b *Barrier) Wait(ctx context.Context) (place int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	g := b.now
	if ctx.Err() != nil {
		b.end(g, gaveUp(ctx))
	}
	if g.over {
		return 0, g.err
	}
	place = g.arrived
	g.arrived++
	if g.arrived == b.parties {
		return place, b.pass(g)
	}
	// A condition variable knows nothing of contexts: somebody has to wake it.
	stop := context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.end(g, gaveUp(ctx))
	})
	defer stop()
	for !g.over {
		b.ended.Wait()
	}
	return place, g.err
}

// pass runs the action of a generation in which all have arrived, and lets them go. It
// is called, and runs the action, with the lock held.
func (b *Barrier) pass(g *generation) error {
	// If the action panics, nothing else is left to say.
	defer b.end(g, fmt.Errorf("%w: its action panicked", ErrBroken))
	if b.action != nil {
		b.action()
	}
	b.end(g, nil)
	b.now = new(generation)
	return nil
}

func gaveUp(ctx context.Context) error {
	return fmt.Errorf("%w: a party gave up: %w", ErrBroken, ctx.Err())
}

// Reset begins a new generation.
func (b *Barrier) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end(b.now, fmt.Errorf("%w: it was reset", ErrBroken))
	b.now = new(generation)
}

// Broken reports whether the barrier is broken.
func (b *Barrier) Broken() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now.over
}
