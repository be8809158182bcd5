package poolmap

import (
	"context"
	"errors"
	"iter"
)

// ErrExited is the error of a call that ended its goroutine with runtime.Goexit, so
// that it neither returned nor panicked.
var ErrExited = errors.New("poolmap: the call ended its goroutine")

// PanicError is the error of a call, or of a source, that panicked.
type PanicError struct {
	// Value is what the panic carried, as recover returns it.
	Value any
}

// Error says that something panicked, and contains the value as fmt.Sprint prints
// it. The other words are left open.
func (e *PanicError) Error() string {
	panic("TODO: implement Error")
}

// Map returns what f returns for the items of seq, in the order of the items. It
// has up to n calls of f run at once, with contexts derived from ctx, and calls f once
// for each item. It panics if n is less than 1. A limit that no loop reaches costs
// nothing: math.MaxInt is as good as any other.
//
// Results come with a nil error. If a call returns an error, the sequence ends with
// that error and no value: with the error of the call that failed first in time,
// and not of one that fails because it is cancelled for that. A call that panics
// fails with a *PanicError, one that ends its goroutine with ErrExited, and a source
// that panics counts as a call that does. What a call returns besides an error is
// dropped.
//
// If ctx ends, the sequence ends with ctx.Err() and no value, whatever calls return
// because of that. If it has ended when a loop begins, no item is taken.
//
// Before such an error, results of items may still come that were taken before it, in
// the order of the items and with no gap; whether they do is left open. It is left
// open, too, whether the error comes if ctx ends when the calls for all items have
// returned.
func Map[A, B any](ctx context.Context, n int, seq iter.Seq[A], f func(ctx context.Context, item A) (B, error)) iter.Seq2[B, error] {
	panic("TODO: implement Map")
}

// Collect ranges over results until there are no more or an error comes. It returns
// the values that came before, none if there were none, and the error.
func Collect[B any](results iter.Seq2[B, error]) ([]B, error) {
	panic("TODO: implement Collect")
}
