// Package barrier works once. Nothing shuts it again behind the first generation, and
// whoever comes later runs into what that has left.
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

	mu  sync.Mutex
	now *generation
}

// generation is one time that the parties meet.
type generation struct {
	arrived int
	// over is closed when all have arrived and the action has run, or when it is
	// broken: then err is set before.
	over  chan struct{}
	ended bool
	err   error
}

// New returns a barrier for so many parties.
func New(parties int, action func()) *Barrier {
	if parties < 1 {
		panic("barrier: there must be at least 1 party")
	}
	if action == nil {
		action = func() {}
	}
	return &Barrier{parties: parties, action: action, now: newGeneration()}
}

func newGeneration() *generation { return &generation{over: make(chan struct{})} }

// end tells all of a generation what became of it. The caller holds the lock.
func (g *generation) end(err error) {
	if g.ended {
		return
	}
	g.ended, g.err = true, err
	close(g.over)
}

// Wait waits until all parties of this generation have arrived.
func (b *Barrier) Wait(ctx context.Context) (place int, err error) {
	b.mu.Lock()
	g := b.now
	if g.err == nil && ctx.Err() != nil {
		g.end(gaveUp(ctx))
	}
	if g.err != nil {
		defer b.mu.Unlock()
		return 0, g.err
	}
	place = g.arrived
	g.arrived++
	if g.arrived >= b.parties { // want "lets go as many as it has parties, and nobody more" wrong
		defer b.mu.Unlock()
		b.pass(g)
		return place, nil
	}
	b.mu.Unlock()

	select {
	case <-g.over:
	case <-ctx.Done():
		b.mu.Lock()
		defer b.mu.Unlock()
		select {
		case <-g.over:
			// What ended first counts, for this party as for the others.
		default:
			g.end(gaveUp(ctx))
		}
	}
	return place, g.err
}

// pass runs the action of a generation in which all have arrived, and lets them go. The
// lock is held all the time, so that nobody can break what is complete. If the action
// panics, the generation that it breaks stays.
func (b *Barrier) pass(g *generation) {
	outcome := fmt.Errorf("%w: its action panicked", ErrBroken)
	defer func() { g.end(outcome) }()
	b.action()
	outcome = nil
}

func gaveUp(ctx context.Context) error {
	return fmt.Errorf("%w: a party gave up: %w", ErrBroken, ctx.Err())
}

// Reset begins a new generation.
func (b *Barrier) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.now.err == nil {
		b.now.end(fmt.Errorf("%w: it was reset", ErrBroken))
	}
	b.now = newGeneration()
}

// Broken reports whether the barrier is broken.
func (b *Barrier) Broken() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now.err != nil
}
