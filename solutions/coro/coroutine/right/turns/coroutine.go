// Package coroutine keeps under one mutex whose turn it is, and lets the other side
// wait on a condition variable.
package coroutine

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

var (
	// ErrUnprimed is returned by Send and Throw before Prime.
	ErrUnprimed = errors.New("coroutine: not primed yet")

	// ErrPrimed is returned by a second Prime.
	ErrPrimed = errors.New("coroutine: primed already")

	// ErrRunning is returned to whoever wants to resume or close a coroutine that
	// is running: to its own body, or to another coroutine that it has resumed.
	ErrRunning = errors.New("coroutine: running")

	// ErrEnded is returned where a body has returned nil, and from then on.
	ErrEnded = errors.New("coroutine: ended")

	// ErrClosed is what yield returns in a coroutine that is being closed.
	ErrClosed = errors.New("coroutine: closed")
)

// Yield hands out to whoever resumed the coroutine, and waits until it is resumed
// again.
type Yield[In, Out any] func(out Out) (in In, err error)

// Coroutine is a function that waits in the middle for values.
type Coroutine[In, Out any] struct {
	body func(yield Yield[In, Out]) error

	mu     sync.Mutex
	change *sync.Cond
	primed bool
	inside bool // it is the body's turn
	over   bool
	closed bool
	in     In
	thrown error
	out    Out
	result error
	broke  bool
	reason any // of the panic
}

// New returns a coroutine that will run body, and runs nothing of it yet.
func New[In, Out any](body func(yield Yield[In, Out]) error) *Coroutine[In, Out] {
	c := &Coroutine[In, Out]{body: body}
	c.change = sync.NewCond(&c.mu)
	return c
}

// outside gives the turn back. The lock is held.
func (c *Coroutine[In, Out]) outside() {
	c.inside = false
	c.change.Broadcast()
}

func (c *Coroutine[In, Out]) run() {
	returned := false
	var result error
	defer func() {
		reason := recover()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.over, c.result = true, result
		c.broke, c.reason = !returned, reason
		var none Out
		c.out = none
		c.outside()
	}()
	result = c.body(c.yield)
	returned = true
}

func (c *Coroutine[In, Out]) yield(out Out) (in In, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return in, ErrClosed
	}
	c.out = out
	c.outside()
	for !c.inside {
		c.change.Wait()
	}
	return c.in, c.thrown
}

// resume gives the body its turn and waits until it is over. The lock is held.
func (c *Coroutine[In, Out]) resume(in In, thrown error) (Out, error) {
	c.in, c.thrown, c.inside = in, thrown, true
	if c.primed {
		c.change.Broadcast()
	} else {
		c.primed = true
		go c.run()
	}
	for c.inside {
		c.change.Wait()
	}
	switch {
	case c.broke:
		c.broke = false
		panic(c.reason)
	case c.over && c.result == nil:
		return c.out, ErrEnded
	case c.over:
		return c.out, c.result
	}
	return c.out, nil
}

// try resumes the body if it is there to be resumed.
func (c *Coroutine[In, Out]) try(primed bool, in In, thrown error) (out Out, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.inside:
		return out, ErrRunning
	case c.over:
		return out, ErrEnded
	case primed && !c.primed:
		return out, ErrUnprimed
	case c.primed && !primed:
		return out, ErrPrimed
	}
	return c.resume(in, thrown)
}

// Prime runs the body up to its first yield.
func (c *Coroutine[In, Out]) Prime() (Out, error) {
	var none In
	return c.try(false, none, nil)
}

// Send makes the yield in which the body waits return in.
func (c *Coroutine[In, Out]) Send(in In) (Out, error) { return c.try(true, in, nil) }

// Throw makes the yield in which the body waits return err.
func (c *Coroutine[In, Out]) Throw(err error) (Out, error) {
	var none In
	return c.try(true, none, err)
}

// Close makes the yield in which the body waits return ErrClosed, and returns when
// the body has ended.
func (c *Coroutine[In, Out]) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.inside:
		return ErrRunning
	case c.over:
		return nil
	}
	c.closed = true
	if !c.primed {
		c.over = true
		return nil
	}
	var none In
	c.resume(none, ErrClosed)
	if errors.Is(c.result, ErrClosed) {
		return nil
	}
	return c.result
}

// Grep returns a coroutine that is sent lines.
func Grep(pattern string, matches io.Writer) *Coroutine[string, int] {
	return New(func(yield Yield[string, int]) error {
		matched := 0
		for {
			line, err := yield(matched)
			if err != nil {
				_, failed := fmt.Fprintf(matches, "%d matched\n", matched)
				if failed != nil {
					return failed
				}
				return err
			}
			if strings.Contains(line, pattern) {
				if _, err := matches.Write([]byte(line + "\n")); err != nil {
					return err
				}
				matched++
			}
		}
	})
}
