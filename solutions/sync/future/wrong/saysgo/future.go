// Package future prints what a panic carried as Go writes it in source, and not as
// Print does.
package future

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
)

var (
	// ErrCancelled is the error of a future that was cancelled before its work
	// began.
	ErrCancelled = errors.New("future: cancelled")
	// ErrExited is the error of a future whose work ended its goroutine.
	ErrExited = errors.New("future: the work ended its goroutine")
)

// PanicError is the error of a future whose work panicked.
type PanicError struct{ Value any }

// Error says that the work panicked, and with what.
func (e *PanicError) Error() string { return fmt.Sprintf("future: the work panicked: %#v", e.Value) } // want "has an outcome, too, if its work panics or ends its goroutine" wrong

type state int

const (
	pending state = iota
	running
	finished
	cancelled
)

// Future stands for the outcome of some work.
type Future[T any] struct {
	work func(context.Context) (T, error)
	ctx  context.Context
	stop context.CancelFunc

	mu        sync.Mutex
	state     state
	callbacks []func(*Future[T])
	// value and err are written before done is closed, and not after.
	value T
	err   error
	done  chan struct{}
}

// New returns a future of this work.
func New[T any](work func(ctx context.Context) (T, error)) *Future[T] {
	ctx, stop := context.WithCancel(context.Background())
	return &Future[T]{work: work, ctx: ctx, stop: stop, done: make(chan struct{})}
}

// Run calls the work, unless somebody else does or the future is cancelled.
func (f *Future[T]) Run() {
	f.mu.Lock()
	mine := f.state == pending
	if mine {
		f.state = running
	}
	f.mu.Unlock()
	if !mine {
		return
	}

	// What is left if the work neither returns nor panics.
	var value T
	err := ErrExited
	defer func() {
		if reason := recover(); reason != nil {
			err = &PanicError{reason}
		}
		f.settle(running, finished, value, err)
	}()
	value, err = f.work(f.ctx)
}

// settle gives the future its outcome if it is in the state from, and reports
// whether it was.
func (f *Future[T]) settle(from, to state, value T, err error) bool {
	f.mu.Lock()
	if f.state != from {
		f.mu.Unlock()
		return false
	}
	f.state, f.value, f.err = to, value, err
	callbacks := f.callbacks
	f.callbacks = nil
	close(f.done)
	// Callbacks may call anything of this future: not under the lock.
	f.mu.Unlock()
	f.stop()
	for _, callback := range callbacks {
		callback(f)
	}
	return true
}

// Result returns the outcome, waiting until there is one.
func (f *Future[T]) Result(ctx context.Context) (T, error) {
	select {
	case <-f.done:
		return f.value, f.err
	default:
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// Cancel cancels the future if its work has not begun, and tells the work if it
// has.
func (f *Future[T]) Cancel() bool {
	var none T
	if f.settle(pending, cancelled, none, ErrCancelled) {
		return true
	}
	f.stop()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state == cancelled
}

// OnDone has callback called once there is an outcome.
func (f *Future[T]) OnDone(callback func(*Future[T])) {
	f.mu.Lock()
	waits := f.state == pending || f.state == running
	if waits {
		f.callbacks = append(f.callbacks, callback)
	}
	f.mu.Unlock()
	if !waits {
		callback(f)
	}
}

// AsCompleted returns the futures as they get their outcomes.
func AsCompleted[T any](ctx context.Context, futures ...*Future[T]) iter.Seq[*Future[T]] {
	return func(yield func(*Future[T]) bool) {
		// There is room for all, so no callback waits for a loop that is busy, or
		// gone.
		settled := make(chan *Future[T], len(futures))
		for _, f := range futures {
			f.OnDone(func(f *Future[T]) { settled <- f })
		}
		for range futures {
			select {
			case f := <-settled:
				if !yield(f) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}
