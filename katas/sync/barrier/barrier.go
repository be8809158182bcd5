package barrier

import (
	"context"
	"errors"
)

// ErrBroken is what Wait returns, with more around it, if the barrier is broken.
var ErrBroken = errors.New("barrier: broken")

// Barrier makes a number of parties wait for each other, again and again. Each time
// is a generation. All methods may be called from any number of goroutines at once.
type Barrier struct {
	// TODO: what does a barrier need to know?
}

// New returns a barrier for so many parties. It panics if there are less than 1.
//
// action, if it isn't nil, is called once in each generation, when all parties have
// arrived and before any of them is let go, by one of them, inside its Wait. It does
// not call the barrier. A Wait, Reset or Broken that comes while it runs may be held up
// until it is over.
func New(parties int, action func()) *Barrier {
	panic("TODO: implement New")
}

// Wait waits until all parties of this generation have arrived, and the action is
// over. It returns the place of this one in the order of arrival, from 0 to parties-1.
// What the parties did before Wait happens before the action, and the action happens
// before what they do after it.
//
// If ctx ends while Wait waits for parties, it breaks the barrier; so it does if ctx has
// ended before the call, even if this is the last party. All parties of the generation
// get the same error then, and so does whoever calls Wait later, with whatever context,
// until Reset. errors.Is finds in it ErrBroken and what the Err of that ctx returned, or
// of one of them if several end at the same time.
//
// Once all parties have arrived, no context and no Reset stops this generation.
//
// If the action panics, so does the Wait that called it, with the same value. The
// barrier is broken then, too: the others get an error in which errors.Is finds
// ErrBroken.
//
// With an error, the place means nothing.
func (b *Barrier) Wait(ctx context.Context) (place int, err error) {
	panic("TODO: implement Wait")
}

// Reset begins a new generation, in which nobody has arrived and nothing is broken.
// Parties that wait in the old one for others get an error in which errors.Is finds
// ErrBroken, and no error of a context if none has ended. Where nobody waits and nothing
// is broken, it changes nothing.
func (b *Barrier) Reset() {
	panic("TODO: implement Reset")
}

// Broken reports whether the barrier is broken: Wait returns an error at once then.
func (b *Barrier) Broken() bool {
	panic("TODO: implement Broken")
}
