// Package poolmap lets the goroutine that ranges over the source end the calls'
// context, which has no ear for it while the source waits.
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

// link is a call in the chain. The chain goes on with what comes on next, and ends
// where that is closed.
type link[B any] struct {
	done chan result[B]
	next chan *link[B]
}

func newLink[B any]() *link[B] {
	return &link[B]{make(chan result[B], 1), make(chan *link[B], 1)}
}

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
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()

		var once sync.Once
		var first error
		failed := make(chan struct{})
		fail := func(err error) {
			once.Do(func() {
				// Once ctx has ended, calls fail because of that.
				if first = ctx.Err(); first == nil {
					first = err
				}
				close(failed)
			})
		}

		// room has a token for each item that was taken and whose result the loop has
		// not been given.
		room := make(chan struct{}, n)
		last := newLink[B]()
		at := last
		running.Go(func() {
			defer func() { close(last.next) }()
			defer func() {
				if reason := recover(); reason != nil {
					fail(&PanicError{reason})
					cancel()
				}
			}()
			// There must be room before the source has another item.
			mayTake := func() bool {
				select {
				case <-failed:
					cancel()
					return false
				default:
				}
				select {
				case room <- struct{}{}:
					return calls.Err() == nil
				case <-failed: // want "tells the calls at once, whatever the loop does" deadlock
					cancel()
					return false
				case <-calls.Done():
					return false
				}
			}
			if !mayTake() {
				return
			}
			for item := range seq {
				this := newLink[B]()
				running.Go(func() { call(calls, f, item, fail, this.done) })
				last.next <- this
				last = this
				if !mayTake() {
					return
				}
			}
			close(last.next)
			last = newLink[B]()
			select {
			case <-failed:
				cancel()
			case <-calls.Done():
			}
		})

		for {
			next, more := <-at.next
			if !more {
				break
			}
			at = next
			seen := <-at.done
			if seen.err != nil {
				break
			}
			<-room
			if !yield(seen.value, nil) {
				return
			}
		}
		select {
		case <-failed:
		case <-calls.Done():
		default:
			return
		}
		cancel()
		running.Wait()
		fail(nil) // if nobody has failed, it was ctx that ended
		var none B
		yield(none, first)
	}
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
