package signals

import (
	"context"
	"errors"
	"os"
)

var (
	// ErrStopping is returned by Do once shutdown has begun.
	ErrStopping = errors.New("signals: shutting down")
	// ErrForced is returned by Drain when the shutdown has been forced by others.
	ErrForced = errors.New("signals: forced to end")
)

// Program listens to SIGUSR1, SIGUSR2 and SIGTERM and knows which work is in
// flight. All its methods may be called from any number of goroutines at once.
type Program struct {
	// TODO: what must a program know, to end well?
}

// Start begins to listen: from when it returns until Stop is called, none of the
// three signals has its default action.
//
// Each signal that is heard is also offered to heard, after it has been counted or,
// if it is SIGTERM, acted on. If heard is nil or has no room, the offer is dropped:
// the Program never waits for it. It never closes heard either.
func Start(heard chan<- os.Signal) *Program {
	panic("TODO: implement Start")
}

// Count returns how many signals of this kind, SIGUSR1 or SIGUSR2, have been
// counted since Start. Left open is what it returns for others.
func (p *Program) Count(kind os.Signal) int {
	panic("TODO: implement Count")
}

// Do calls work and returns the error that it returns. Any number of them may run
// at once. The context that work gets ends when the shutdown is forced, and not
// before that while work runs.
//
// Once shutdown has begun, Do returns ErrStopping and doesn't call work. If work
// panics, so does Do, and the work is in flight no more.
func (p *Program) Do(work func(ctx context.Context) error) error {
	panic("TODO: implement Do")
}

// Stopping returns a channel that is closed when shutdown begins. It is the same
// one each time.
func (p *Program) Stopping() <-chan struct{} {
	panic("TODO: implement Stopping")
}

// Drain begins the shutdown, if nothing has yet, and waits for the work in flight.
// When none is left, it returns nil.
//
// If ctx ends first, Drain forces the shutdown and returns ctx.Err(). If SIGTERM or
// another Drain forces it first, or had done so before the call, Drain returns
// ErrForced. In both cases it does so at once, and work that doesn't care for its
// context may still be in flight. If more than one of all these is true, it may
// return any.
//
// It may be called again, and several may wait at once.
func (p *Program) Drain(ctx context.Context) error {
	panic("TODO: implement Drain")
}

// Stop gives the signals back: when it returns, the Program listens to none of them
// any more, so that SIGTERM ends the process unless somebody else listens to it.
// Signals that had arrived when it was called have been counted then, or acted on,
// and none is afterwards. Count goes on telling what was counted.
//
// Stop leaves shutdown and work as they are: it doesn't begin the one or wait for
// the other, and Do and Drain go on doing what they do. Nothing that the Program
// has started is left. Calling Stop again does nothing.
func (p *Program) Stop() {
	panic("TODO: implement Stop")
}
