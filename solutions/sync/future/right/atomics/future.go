// Package future has no lock: the state is a number that is compared and swapped,
// and callbacks are a list. Swapping a mark in for the list is what brings the
// outcome: nothing can be added from then on, and everybody can see that.
package future

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"
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
func (e *PanicError) Error() string { return fmt.Sprintf("future: panic: %v", e.Value) }

const (
	pending int32 = iota
	running
	cancelled
)

// node is one callback in the list; the newest is first.
type node[T any] struct {
	callback func(*Future[T])
	next     *node[T]
}

// Future stands for the outcome of some work.
type Future[T any] struct {
	work  func(context.Context) (T, error)
	ctx   context.Context
	stop  context.CancelFunc
	state atomic.Int32
	// list is closed once there is an outcome. value and err are written before.
	list   atomic.Pointer[node[T]]
	closed *node[T]
	value  T
	err    error
	done   chan struct{}
}

// New returns a future of this work.
func New[T any](work func(ctx context.Context) (T, error)) *Future[T] {
	f := &Future[T]{work: work, closed: new(node[T]), done: make(chan struct{})}
	f.ctx, f.stop = context.WithCancel(context.Background())
	return f
}

// Run calls the work, unless somebody else does or the future is cancelled.
func (f *Future[T]) Run() {
	if !f.state.CompareAndSwap(pending, running) {
		return
	}
	var value T
	err := ErrExited
	defer func() {
		if reason := recover(); reason != nil {
			err = &PanicError{reason}
		}
		f.settle(value, err)
	}()
	value, err = f.work(f.ctx)
}

// settle is called once: by whom has made the state what it is.
func (f *Future[T]) settle(value T, err error) {
	f.value, f.err = value, err
	list := f.list.Swap(f.closed)
	close(f.done)
	f.stop()
	var callbacks []func(*Future[T])
	for ; list != nil; list = list.next {
		callbacks = append(callbacks, list.callback)
	}
	slices.Reverse(callbacks)
	for _, callback := range callbacks {
		callback(f)
	}
}

// Result returns the outcome, waiting until there is one.
func (f *Future[T]) Result(ctx context.Context) (value T, err error) {
	if f.list.Load() != f.closed {
		select {
		case <-f.done:
		case <-ctx.Done():
			return value, ctx.Err()
		}
	}
	return f.value, f.err
}

// Cancel cancels the future if its work has not begun, and tells the work if it
// has.
func (f *Future[T]) Cancel() bool {
	if f.state.CompareAndSwap(pending, cancelled) {
		var none T
		f.settle(none, ErrCancelled)
		return true
	}
	f.stop()
	return f.state.Load() == cancelled
}

// OnDone has callback called once there is an outcome.
func (f *Future[T]) OnDone(callback func(*Future[T])) {
	fresh := &node[T]{callback: callback}
	for {
		fresh.next = f.list.Load()
		if fresh.next == f.closed {
			callback(f)
			return
		}
		if f.list.CompareAndSwap(fresh.next, fresh) {
			return
		}
	}
}

// AsCompleted returns the futures as they get their outcomes.
func AsCompleted[T any](ctx context.Context, futures ...*Future[T]) iter.Seq[*Future[T]] {
	return func(yield func(*Future[T]) bool) {
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
