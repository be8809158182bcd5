package coroutine

import (
	"errors"
	"io"
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
// again. It returns what was sent then, or the error that was thrown. If the
// coroutine is closed, it returns ErrClosed; called again after that, it returns
// ErrClosed at once, and out goes to nobody.
type Yield[In, Out any] func(out Out) (in In, err error)

// Coroutine is a function that waits in the middle for values of type In, and
// answers each with one of type Out.
//
// Calls that come at the wrong time return one of the errors above, and change
// nothing: ErrRunning if the coroutine runs, else ErrEnded if it has ended, else
// ErrUnprimed or ErrPrimed.
type Coroutine[In, Out any] struct {
	// TODO: what does a coroutine need to know?
}

// New returns a coroutine that will run body, and runs nothing of it yet.
func New[In, Out any](body func(yield Yield[In, Out]) error) *Coroutine[In, Out] {
	panic("TODO: implement New")
}

// Prime runs the body up to its first yield, and returns the value that this one
// hands out.
//
// If the body returns instead, Prime returns its error, or ErrEnded if that is nil,
// and the coroutine has ended. If the body panics, Prime panics with the same
// value, and the coroutine has ended. So it is in Send and Throw too.
func (c *Coroutine[In, Out]) Prime() (Out, error) {
	panic("TODO: implement Prime")
}

// Send makes the yield in which the body waits return in, runs the body up to its
// next yield, and returns the value that this one hands out.
func (c *Coroutine[In, Out]) Send(in In) (Out, error) {
	panic("TODO: implement Send")
}

// Throw makes the yield in which the body waits return err, which is not nil. The
// body may end with it, or go on: then Throw returns the value that its next yield
// hands out.
func (c *Coroutine[In, Out]) Throw(err error) (Out, error) {
	panic("TODO: implement Throw")
}

// Close makes the yield in which the body waits return ErrClosed, and returns when
// the body has ended, its deferred calls included. It returns the error that the
// body returns, but nil if that is ErrClosed by errors.Is. If the body panics,
// Close panics with the same value.
// The body of a coroutine that was not primed is never run. Closing one that has
// ended does nothing, and returns nil.
func (c *Coroutine[In, Out]) Close() error {
	panic("TODO: implement Close")
}

// Grep returns a coroutine that is sent lines. It writes each that contains
// pattern to matches, with a newline, in one Write, and hands out how many those
// were so far. What it hands out when it is primed is 0.
//
// If a Write fails, the coroutine ends with that error, and writes nothing more. If
// an error is thrown, it ends with that one. However it ends, except by a Write that
// failed, it writes one last line: "3 matched", say. What comes of it if that Write
// fails is left free.
func Grep(pattern string, matches io.Writer) *Coroutine[string, int] {
	panic("TODO: implement Grep")
}
