// Package coroutine notes that it runs where something is sent, and forgets that it
// runs as well where an error is thrown.
package coroutine

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

var (
	ErrUnprimed = errors.New("coroutine: not primed yet")
	ErrPrimed   = errors.New("coroutine: primed already")
	ErrRunning  = errors.New("coroutine: running")
	ErrEnded    = errors.New("coroutine: ended")
	ErrClosed   = errors.New("coroutine: closed")
)

// Yield hands out to whoever resumed the coroutine, and waits until it is resumed
// again.
type Yield[In, Out any] func(out Out) (in In, err error)

// Coroutine is a function that waits in the middle for values.
type Coroutine[In, Out any] struct {
	next  func() (Out, bool)
	stop  func()
	state state

	// What yield returns next.
	in     In
	thrown error
	// What the body returned.
	result error
}

type state int

const (
	unprimed state = iota
	waiting
	running
	ended
)

// New returns a coroutine that will run body.
func New[In, Out any](body func(yield Yield[In, Out]) error) *Coroutine[In, Out] {
	c := &Coroutine[In, Out]{}
	c.next, c.stop = iter.Pull(func(yield func(Out) bool) {
		c.result = body(func(out Out) (in In, err error) {
			if !yield(out) {
				return in, ErrClosed
			}
			return c.in, c.thrown
		})
	})
	return c
}

// Prime runs the body up to its first yield.
func (c *Coroutine[In, Out]) Prime() (Out, error) {
	var none In
	return c.resume(unprimed, none, nil)
}

// Send makes the yield in which the body waits return in.
func (c *Coroutine[In, Out]) Send(in In) (Out, error) {
	return c.resume(waiting, in, nil)
}

// Throw makes the yield in which the body waits return err.
func (c *Coroutine[In, Out]) Throw(err error) (Out, error) {
	var none In
	return c.resume(waiting, none, err)
}

// resume runs the body up to its next yield if the coroutine is in the state.
func (c *Coroutine[In, Out]) resume(from state, in In, thrown error) (out Out, err error) {
	if c.state != from {
		return out, c.refusal()
	}
	c.in, c.thrown = in, thrown
	if thrown == nil {
		c.state = running // want "refuses to be resumed while it runs" panic
	}
	// A panic of the body ends it, and comes by here.
	after := ended
	defer func() { c.state = after }()
	out, yielded := c.next()
	switch {
	case yielded:
		after = waiting
	case c.result != nil:
		err = c.result
	default:
		err = ErrEnded
	}
	return out, err
}

// refusal says why the coroutine can't be resumed as somebody wants.
func (c *Coroutine[In, Out]) refusal() error {
	switch c.state {
	case running:
		return ErrRunning
	case ended:
		return ErrEnded
	case unprimed:
		return ErrUnprimed
	}
	return ErrPrimed
}

// Close makes the yield in which the body waits return ErrClosed, and returns when
// the body has ended.
func (c *Coroutine[In, Out]) Close() error {
	switch c.state {
	case running:
		return ErrRunning
	case ended:
		return nil
	}
	c.state = running
	defer func() { c.state = ended }()
	c.stop()
	if errors.Is(c.result, ErrClosed) {
		return nil
	}
	return c.result
}

// Grep returns a coroutine that is sent lines.
func Grep(pattern string, matches io.Writer) *Coroutine[string, int] {
	return New(func(yield Yield[string, int]) (err error) {
		matched := 0
		failed := false
		write := func(text string) error {
			_, err := io.WriteString(matches, text)
			failed = failed || err != nil
			return err
		}
		defer func() {
			if !failed {
				// Nobody is left to hear that the last line failed but who ends it.
				if last := write(fmt.Sprintf("%d matched\n", matched)); last != nil {
					err = last
				}
			}
		}()
		for {
			line, err := yield(matched)
			if err != nil {
				return err
			}
			if strings.Contains(line, pattern) {
				if err := write(line + "\n"); err != nil {
					return err
				}
				matched++
			}
		}
	})
}
