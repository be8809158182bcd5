// Package coroutine runs the body in a goroutine, where nobody recovers from its
// panic: that ends the program.
package coroutine

import (
	"errors"
	"fmt"
	"io"
	"strings"
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
	body                          func(yield Yield[In, Out]) error
	primed, running, over, closed bool

	messages chan message[In]
	answers  chan answer[Out]
}

// message goes to the body.
type message[In any] struct {
	in  In
	err error
}

// answer comes from the body: a value that it yields, or its end.
type answer[Out any] struct {
	out      Out
	over     bool
	err      error
	panicked any
}

// New returns a coroutine that will run body, and runs nothing of it yet.
func New[In, Out any](body func(yield Yield[In, Out]) error) *Coroutine[In, Out] {
	return &Coroutine[In, Out]{body: body, messages: make(chan message[In]), answers: make(chan answer[Out])}
}

// run is the goroutine. Its last deed is to say that the body is over.
func (c *Coroutine[In, Out]) run() {
	end := answer[Out]{over: true}
	end.err = c.body(c.yield) // want "hands a panic of its body to whoever resumed it" panic
	c.answers <- end
}

func (c *Coroutine[In, Out]) yield(out Out) (in In, err error) {
	if c.closed {
		return in, ErrClosed
	}
	c.answers <- answer[Out]{out: out}
	got := <-c.messages
	return got.in, got.err
}

// await waits until the body has yielded or is over.
func (c *Coroutine[In, Out]) await() answer[Out] {
	got := <-c.answers
	c.running, c.over = false, got.over
	if got.panicked != nil {
		panic(got.panicked)
	}
	return got
}

// turn gives the body a turn.
func (c *Coroutine[In, Out]) turn(m message[In]) (out Out, err error) {
	c.running = true
	c.messages <- m
	return c.outcome()
}

func (c *Coroutine[In, Out]) outcome() (out Out, err error) {
	got := c.await()
	if got.over && got.err == nil {
		got.err = ErrEnded
	}
	return got.out, got.err
}

// Prime runs the body up to its first yield.
func (c *Coroutine[In, Out]) Prime() (out Out, err error) {
	switch {
	case c.running:
		return out, ErrRunning
	case c.over:
		return out, ErrEnded
	case c.primed:
		return out, ErrPrimed
	}
	c.primed, c.running = true, true
	go c.run()
	return c.outcome()
}

// Send makes the yield in which the body waits return in.
func (c *Coroutine[In, Out]) Send(in In) (out Out, err error) {
	if err := c.refuse(); err != nil {
		return out, err
	}
	return c.turn(message[In]{in: in})
}

// Throw makes the yield in which the body waits return err.
func (c *Coroutine[In, Out]) Throw(err error) (out Out, refused error) {
	if err := c.refuse(); err != nil {
		return out, err
	}
	return c.turn(message[In]{err: err})
}

func (c *Coroutine[In, Out]) refuse() error {
	switch {
	case c.running:
		return ErrRunning
	case c.over:
		return ErrEnded
	case !c.primed:
		return ErrUnprimed
	}
	return nil
}

// Close makes the yield in which the body waits return ErrClosed, and returns when
// the body has ended.
func (c *Coroutine[In, Out]) Close() error {
	switch {
	case c.running:
		return ErrRunning
	case c.over:
		return nil
	case !c.primed:
		c.over = true
		return nil
	}
	c.running, c.closed = true, true
	c.messages <- message[In]{err: ErrClosed}
	if got := c.await(); !errors.Is(got.err, ErrClosed) {
		return got.err
	}
	return nil
}

// Grep returns a coroutine that is sent lines.
func Grep(pattern string, matches io.Writer) *Coroutine[string, int] {
	return New(func(yield Yield[string, int]) error {
		for matched := 0; ; {
			line, err := yield(matched)
			if err != nil {
				fmt.Fprintf(matches, "%d matched\n", matched)
				return err
			}
			if !strings.Contains(line, pattern) {
				continue
			}
			if _, err := fmt.Fprintln(matches, line); err != nil {
				return err
			}
			matched++
		}
	})
}
