// Package future waits with condition variables, which a context that ends has
// broadcast too, and a loop over AsCompleted has a list and a condition of its own.
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
func (e *PanicError) Error() string { return fmt.Sprint("the work panicked with ", e.Value) }

// latch is a condition that a context can end the wait for.
type latch struct {
	sync.Mutex
	changed *sync.Cond
}

// wait waits, with the lock held, until it is true or ctx has ended.
func (l *latch) wait(ctx context.Context, true func() bool) {
	if true() {
		return
	}
	stop := context.AfterFunc(ctx, func() {
		l.Lock()
		defer l.Unlock()
		l.changed.Broadcast()
	})
	defer stop()
	for !true() && ctx.Err() == nil {
		l.changed.Wait()
	}
}

// Future stands for the outcome of some work.
type Future[T any] struct {
	latch
	work             func(context.Context) (T, error)
	begun, cancelled bool
	stop             func()
	over             bool
	value            T
	err              error
	callbacks        []func(*Future[T])
}

// New returns a future of this work.
func New[T any](work func(ctx context.Context) (T, error)) *Future[T] {
	f := &Future[T]{work: work}
	f.changed = sync.NewCond(&f.latch)
	return f
}

// Run calls the work, unless somebody else does or the future is cancelled.
func (f *Future[T]) Run() {
	f.Lock()
	if f.begun || f.cancelled {
		f.Unlock()
		return
	}
	f.begun = true
	ctx, stop := context.WithCancel(context.Background())
	f.stop = stop
	f.Unlock()
	defer stop()

	over := false
	defer func() {
		if over {
			return
		}
		var none T
		if value := recover(); value != nil {
			f.settle(none, &PanicError{Value: value})
		} else {
			f.settle(none, ErrExited)
		}
	}()
	value, err := f.work(ctx)
	over = true
	f.settle(value, err)
}

func (f *Future[T]) settle(value T, err error) {
	f.Lock()
	f.over, f.value, f.err = true, value, err
	callbacks := f.callbacks
	f.changed.Broadcast()
	f.Unlock()
	for _, callback := range callbacks {
		callback(f)
	}
}

// Result returns the outcome, waiting until there is one.
func (f *Future[T]) Result(ctx context.Context) (T, error) {
	f.Lock()
	defer f.Unlock()
	f.wait(ctx, func() bool { return f.over })
	if !f.over {
		var none T
		return none, ctx.Err()
	}
	return f.value, f.err
}

// Cancel cancels the future if its work has not begun, and tells the work if it
// has.
func (f *Future[T]) Cancel() bool {
	f.Lock()
	if f.begun || f.cancelled {
		defer f.Unlock()
		if f.begun {
			f.stop()
		}
		return f.cancelled
	}
	f.cancelled = true
	f.Unlock()
	var none T
	f.settle(none, ErrCancelled)
	return true
}

// OnDone has callback called once there is an outcome.
func (f *Future[T]) OnDone(callback func(*Future[T])) {
	f.Lock()
	if !f.over {
		f.callbacks = append(f.callbacks, callback)
		f.Unlock()
		return
	}
	f.Unlock()
	callback(f)
}

// AsCompleted returns the futures as they get their outcomes.
func AsCompleted[T any](ctx context.Context, futures ...*Future[T]) iter.Seq[*Future[T]] {
	return func(yield func(*Future[T]) bool) {
		var l latch
		l.changed = sync.NewCond(&l)
		var came []*Future[T]
		for _, f := range futures {
			f.OnDone(func(f *Future[T]) {
				l.Lock()
				defer l.Unlock()
				came = append(came, f)
				l.changed.Broadcast()
			})
		}
		for place := range futures {
			l.Lock()
			l.wait(ctx, func() bool { return len(came) > place })
			var next *Future[T]
			if len(came) > place {
				next = came[place]
			}
			l.Unlock()
			if next == nil || !yield(next) {
				return
			}
		}
	}
}
