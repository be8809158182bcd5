// Package future has one lock for all futures and all loops: so outcomes come one after
// the other, a loop begins between two of them, and each tells all of its loops before
// anybody can see it.
package future

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
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
	return "future: the work panicked: " + fmt.Sprint(e.Value)
}

// Future stands for the outcome of some work: a value and an error.
type Future[T any] struct {
	work func(ctx context.Context) (T, error)
	done chan struct{}
	// value and err are written before done is closed, and not after.
	value T
	err   error

	// world guards the rest.
	stage     stage
	end       context.CancelFunc
	callbacks []func(*Future[T])
	loops     map[*loop[T]]bool
}

// world guards all futures there are, and all loops over them: so outcomes come one
// after the other, and a loop begins between two of them.
var world sync.Mutex

type stage int

const (
	fresh stage = iota
	begun
	ended
	cancelled
)

// loop is what a loop over AsCompleted has still to come.
type loop[T any] struct {
	ready []*Future[T]  // world guards it
	more  chan struct{} // holds a token if ready may have become longer
}

// New returns a future of this work. It doesn't run it: that is Run's.
func New[T any](work func(ctx context.Context) (T, error)) *Future[T] {
	return &Future[T]{work: work, done: make(chan struct{})}
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
	ctx, end := context.WithCancel(context.Background())
	defer end()
	world.Lock()
	mine := f.stage == fresh
	if mine {
		f.stage, f.end = begun, end
	}
	world.Unlock()
	if !mine {
		return
	}
	returned := false
	var value T
	err := ErrExited
	defer func() {
		if !returned {
			if v := recover(); v != nil {
				err = &PanicError{Value: v}
			}
		}
		world.Lock()
		callbacks := f.settle(ended, value, err)
		world.Unlock()
		f.tell(callbacks)
	}()
	value, err = f.work(ctx)
	returned = true
}

// settle gives the future its outcome, and returns the callbacks that are to be
// called. The caller holds world.
func (f *Future[T]) settle(stage stage, value T, err error) []func(*Future[T]) {
	f.stage, f.value, f.err = stage, value, err
	for l := range f.loops {
		l.ready = append(l.ready, f)
		select {
		case l.more <- struct{}{}:
		default:
		}
	}
	callbacks := f.callbacks
	f.loops, f.callbacks, f.end, f.work = nil, nil, nil, nil
	close(f.done)
	return callbacks
}

// tell calls all the callbacks, however some of them end.
func (f *Future[T]) tell(callbacks []func(*Future[T])) {
	next := 0
	defer func() {
		if next < len(callbacks) {
			f.tell(callbacks[next:])
		}
	}()
	for next < len(callbacks) {
		next++
		callbacks[next-1](f)
	}
}

// Result returns the outcome, waiting until there is one. If ctx ends first, it
// returns no value and ctx.Err(), and the future is unchanged. An outcome that is
// there when Result is called is returned, even if ctx has ended.
// Result waits for no callback.
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

// Cancel cancels the future if its work has not begun: the work will never run,
// and the outcome is no value and ErrCancelled. It reports whether the future is
// cancelled, by this call or by one before.
// If the work has begun, Cancel ends the context that it was given, and doesn't
// wait for it; the outcome is what the work makes of that. After the work, Cancel
// changes nothing.
// A call that cancels the future returns when the callbacks that were added before
// have been called.
func (f *Future[T]) Cancel() bool {
	world.Lock()
	var callbacks []func(*Future[T])
	if f.stage == fresh {
		var none T
		callbacks = f.settle(cancelled, none, ErrCancelled)
	}
	end, is := f.end, f.stage == cancelled
	world.Unlock()
	if end != nil {
		end()
	}
	f.tell(callbacks)
	return is
}

// OnDone has callback called once there is an outcome: once, with this future, in
// the goroutine of the Run or the Cancel that brings the outcome, after the
// callbacks that were added before. If there is an outcome already, OnDone calls
// it itself before it returns.
// A callback that takes its time holds up those behind it, and may hold up loops
// over AsCompleted, but no other call.
func (f *Future[T]) OnDone(callback func(*Future[T])) {
	world.Lock()
	there := f.stage == ended || f.stage == cancelled
	if !there {
		f.callbacks = append(f.callbacks, callback)
	}
	world.Unlock()
	if there {
		callback(f)
	}
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
	futures = slices.Clone(futures)
	return func(yield func(*Future[T]) bool) {
		l := &loop[T]{more: make(chan struct{}, 1)}
		left := l.join(futures)
		defer l.leave(futures)
		for left > 0 {
			f := l.next()
			if f != nil {
				left--
				if !yield(f) {
					return
				}
				continue
			}
			select {
			case <-l.more:
			case <-ctx.Done():
				return
			}
		}
	}
}

// join has the futures tell the loop of their outcomes, and returns how many there
// are: one that is given twice counts once.
func (l *loop[T]) join(futures []*Future[T]) int {
	world.Lock()
	defer world.Unlock()
	all := map[*Future[T]]bool{}
	for _, f := range futures {
		if all[f] {
			continue
		}
		all[f] = true
		if f.stage == ended || f.stage == cancelled {
			l.ready = append(l.ready, f)
			continue
		}
		if f.loops == nil {
			f.loops = map[*loop[T]]bool{}
		}
		f.loops[l] = true
	}
	return len(all)
}

func (l *loop[T]) leave(futures []*Future[T]) {
	world.Lock()
	defer world.Unlock()
	for _, f := range futures {
		delete(f.loops, l)
	}
}

// next returns the oldest that is ready, nil if there is none.
func (l *loop[T]) next() *Future[T] {
	world.Lock()
	defer world.Unlock()
	if len(l.ready) == 0 {
		return nil
	}
	f := l.ready[0]
	l.ready = l.ready[1:]
	return f
}
