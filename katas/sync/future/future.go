package future

import (
	"context"
	"errors"
	"iter"
)

var (
	// ErrCancelled is the error of a future that was cancelled before its work
	// began.
	ErrCancelled = errors.New("future: cancelled")
	// ErrExited is the error of a future whose work ended its goroutine with
	// runtime.Goexit, so that it neither returned nor panicked.
	ErrExited = errors.New("future: the work ended its goroutine")
)

// PanicError is the error of a future whose work panicked.
type PanicError struct {
	// Value is what the panic carried, as recover returns it.
	Value any
}

// Error says that the work panicked, and contains the value as fmt.Sprint prints
// it. The other words are left open.
func (e *PanicError) Error() string {
	panic("TODO: implement Error")
}

// Future stands for the outcome of some work: a value and an error.
type Future[T any] struct {
	// TODO: what does a future need to know?
}

// New returns a future of this work. It doesn't run it: that is Run's.
func New[T any](work func(ctx context.Context) (T, error)) *Future[T] {
	panic("TODO: implement New")
}

// Run calls the work in the goroutine of the caller, and returns when the future
// has its outcome and the callbacks that were added before have been called.
// What the work returns is the outcome, the value also if there is an error. If
// the work panics, the outcome is no value and a *PanicError, and the panic goes
// no further. If it ends its goroutine, the outcome is no value and ErrExited, and
// the goroutine ends.
// The context that the work is given doesn't end before the work does, unless
// Cancel is called.
// If somebody else has called Run before, or the future is cancelled, Run does
// nothing: it returns at once, even while the work runs.
func (f *Future[T]) Run() {
	panic("TODO: implement Run")
}

// Result returns the outcome, waiting until there is one. If ctx ends first, it
// returns no value and ctx.Err(), and the future is unchanged. An outcome that is
// there when Result is called is returned, even if ctx has ended.
// Result waits for no callback.
func (f *Future[T]) Result(ctx context.Context) (T, error) {
	panic("TODO: implement Result")
}

// Cancel cancels the future if its work has not begun: the work will never run,
// and the outcome is no value and ErrCancelled. It reports whether the future is
// cancelled, by this call or by one before.
// If the work has begun, Cancel ends the context that it was given, and doesn't
// wait for it; the outcome is what the work makes of that. After the work, Cancel
// changes nothing.
// A call that cancels the future returns when the callbacks that were added before
// have been called.
func (f *Future[T]) Cancel() bool {
	panic("TODO: implement Cancel")
}

// OnDone has callback called once there is an outcome: once, with this future, in
// the goroutine of the Run or the Cancel that brings the outcome, after the
// callbacks that were added before. If there is an outcome already, OnDone calls
// it itself before it returns.
// A callback that takes its time holds up those behind it, and may hold up loops
// over AsCompleted, but no other call.
func (f *Future[T]) OnDone(callback func(*Future[T])) {
	panic("TODO: implement OnDone")
}

// AsCompleted returns the futures as they get their outcomes: first those that have
// one when the loop begins, in any order, then each of the others when it gets
// its own, in the order in which they do. That is the order too if the loop was
// busy with its body meanwhile.
// The sequence ends after the last future, or when ctx ends; if ctx has ended, it
// is left open whether futures that have their outcomes still come.
// Every loop over the sequence starts afresh, and any number of loops may go on at
// once. Whether a future that is given twice comes once or twice is left open.
func AsCompleted[T any](ctx context.Context, futures ...*Future[T]) iter.Seq[*Future[T]] {
	panic("TODO: implement AsCompleted")
}
