// Package barrier does without locks: a channel holds the generation that is open,
// and only who has taken it out may look into it or end it.
package barrier

import (
	"context"
	"errors"
	"fmt"
)

// ErrBroken is what Wait returns, with more around it, if the barrier is broken.
var ErrBroken = errors.New("barrier: broken")

// Barrier makes a number of parties wait for each other, again and again.
type Barrier struct {
	parties int
	action  func()

	// token holds the generation that parties arrive in. Who has taken it out has the
	// barrier to itself, and puts it, or the next one, back.
	token chan *generation
}

// generation is one time that the parties meet.
type generation struct {
	arrived int
	// over is closed when all have arrived and the action has run, or when it is
	// broken: then err is set before.
	over chan struct{}
	err  error
}

// New returns a barrier for so many parties.
func New(parties int, action func()) *Barrier {
	if parties < 1 {
		panic("barrier: there must be at least 1 party")
	}
	if action == nil {
		action = func() {}
	}
	b := &Barrier{parties, action, make(chan *generation, 1)}
	b.token <- newGeneration()
	return b
}

func newGeneration() *generation { return &generation{over: make(chan struct{})} }

// end tells all of a generation what became of it, for whoever has the token.
func (g *generation) end(err error) {
	g.err = err
	close(g.over)
}

// Wait waits until all parties of this generation have arrived.
func (b *Barrier) Wait(ctx context.Context) (place int, err error) {
	g := <-b.token
	if g.err == nil && ctx.Err() != nil {
		g.end(gaveUp(ctx))
	}
	if g.err != nil {
		b.token <- g
		return 0, g.err
	}
	place = g.arrived
	g.arrived++
	if g.arrived == b.parties {
		b.pass(g)
		return place, nil
	}
	b.token <- g

	for {
		select {
		case <-g.over:
			return place, g.err
		case <-ctx.Done():
		}
		// Only the token tells whether this generation is still the one that is open.
		select {
		case <-g.over:
			return place, g.err
		case now := <-b.token:
			if now == g && g.err == nil {
				g.end(gaveUp(ctx))
			}
			b.token <- now
		}
	}
}

// pass runs the action of a generation in which all have arrived, and lets them go. The
// token comes back when that is done.
func (b *Barrier) pass(g *generation) {
	next, outcome := g, fmt.Errorf("%w: its action panicked", ErrBroken)
	defer func() {
		g.end(outcome)
		b.token <- next
	}()
	b.action()
	next, outcome = newGeneration(), nil
}

func gaveUp(ctx context.Context) error {
	return fmt.Errorf("%w: a party gave up: %w", ErrBroken, ctx.Err())
}

// Reset begins a new generation.
func (b *Barrier) Reset() {
	g := <-b.token
	if g.err == nil {
		g.end(fmt.Errorf("%w: it was reset", ErrBroken))
	}
	b.token <- newGeneration()
}

// Broken reports whether the barrier is broken.
func (b *Barrier) Broken() bool {
	g := <-b.token
	defer func() { b.token <- g }()
	return g.err != nil
}
