// Package poolmap ends the context of the calls when the source has no more items:
// those that still run are told to stop.
package poolmap

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
)

// ErrExited is the error of a call that ended its goroutine.
var ErrExited = errors.New("poolmap: the call ended its goroutine")

// PanicError is the error of a call, or of a source, that panicked.
type PanicError struct{ Value any }

// Error says that something panicked, and with what.
func (e *PanicError) Error() string { return fmt.Sprint("poolmap: panic: ", e.Value) }

// result is what a call returned.
type result[B any] struct {
	value B
	err   error
}

// Map returns what f returns for the items of seq, in their order.
func Map[A, B any](ctx context.Context, n int, seq iter.Seq[A], f func(ctx context.Context, item A) (B, error)) iter.Seq2[B, error] {
	if n < 1 {
		panic("poolmap: at least 1 call must be allowed")
	}
	return func(yield func(B, error) bool) {
		calls, cancel := context.WithCancel(ctx)
		given, through := context.WithCancel(calls)
		var running sync.WaitGroup
		next, stop := iter.Pull(seq)
		// However the loop ends, and in this order.
		defer stop()
		defer running.Wait()
		defer cancel()
		defer through()

		var once sync.Once
		var first error
		fail := func(err error) {
			once.Do(func() {
				// Once ctx has ended, calls fail because of that.
				if first = ctx.Err(); first == nil {
					first = err
				}
				cancel()
			})
		}

		// under are the calls whose results the loop has not been given, oldest
		// first. Each has room for its result, so none waits for the loop.
		var under []chan result[B]
		for more := true; ; {
			for more && len(under) < n && calls.Err() == nil {
				var item A
				var err error
				if item, more, err = take(next); err != nil {
					fail(err)
				}
				if !more {
					through() // want "lets calls come to their end when the source has ended" wrong
					break
				}
				done := make(chan result[B], 1)
				under = append(under, done)
				running.Go(func() { call(given, f, item, fail, done) })
			}
			if len(under) == 0 {
				if !more && calls.Err() == nil {
					return
				}
				break
			}
			oldest := <-under[0]
			under = under[1:]
			if oldest.err != nil {
				break
			}
			if !yield(oldest.value, nil) {
				return
			}
		}

		cancel()
		running.Wait()
		fail(nil) // if nobody has failed, it was ctx that ended
		var none B
		yield(none, first)
	}
}

// take takes the next item. A source that panics has no more.
func take[A any](next func() (A, bool)) (item A, more bool, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			more, err = false, &PanicError{reason}
		}
	}()
	item, more = next()
	return item, more, nil
}

// call calls f, and tells fail at once if it failed.
func call[A, B any](ctx context.Context, f func(context.Context, A) (B, error), item A, fail func(error), done chan<- result[B]) {
	// What is left if f neither returns nor panics.
	seen := result[B]{err: ErrExited}
	defer func() {
		if reason := recover(); reason != nil {
			seen.err = &PanicError{reason}
		}
		if seen.err != nil {
			fail(seen.err)
		}
		done <- seen
	}()
	seen.value, seen.err = f(ctx, item)
}

// Collect ranges over results until there are no more or an error comes.
func Collect[B any](results iter.Seq2[B, error]) ([]B, error) {
	var values []B
	for value, err := range results {
		if err != nil {
			return values, err
		}
		values = append(values, value)
	}
	return values, nil
}
