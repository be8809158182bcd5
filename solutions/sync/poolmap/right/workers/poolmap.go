// Package poolmap has up to n workers that take items themselves, one at a time, and put
// results into a table, where the loop waits for the next in order.
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

// table is what a loop and its workers share.
type table[A, B any] struct {
	n     int
	calls context.Context
	fail  func(error)
	f     func(context.Context, A) (B, error)
	next  func() (A, bool)
	// running are the workers.
	running sync.WaitGroup

	// source is held by the one worker that takes an item.
	source sync.Mutex

	mu      sync.Mutex
	changed *sync.Cond
	workers int
	results map[int]B
	// taken and given count items: those that were taken, and those whose results
	// the loop was given.
	taken, given int
	// dry: the source has no more. over: nothing is begun any more.
	dry, over bool
}

// Map returns what f returns for the items of seq, in their order.
func Map[A, B any](ctx context.Context, n int, seq iter.Seq[A], f func(ctx context.Context, item A) (B, error)) iter.Seq2[B, error] {
	if n < 1 {
		panic("poolmap: at least 1 call must be allowed")
	}
	return func(yield func(B, error) bool) {
		calls, cancel := context.WithCancel(ctx)
		next, stop := iter.Pull(seq)
		t := &table[A, B]{n: n, calls: calls, f: f, next: next, results: map[int]B{}, workers: 1}
		t.changed = sync.NewCond(&t.mu)
		defer stop()
		defer t.running.Wait()
		defer t.end()
		defer cancel()

		var first error
		t.fail = func(err error) {
			t.mu.Lock()
			defer t.mu.Unlock()
			if first == nil {
				// Once ctx has ended, calls fail because of that.
				if first = ctx.Err(); first == nil {
					first = err
				}
			}
			cancel()
		}
		defer context.AfterFunc(calls, t.end)()
		if calls.Err() == nil {
			t.running.Go(t.work)
			for {
				value, more := t.wait()
				if !more {
					break
				}
				if !yield(value, nil) {
					return
				}
			}
		}
		if calls.Err() == nil {
			return
		}
		t.running.Wait()
		t.fail(nil) // if nobody has failed, it was ctx that ended
		var none B
		yield(none, first)
	}
}

// end wakes all who wait, to go home.
func (t *table[A, B]) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	t.changed.Broadcast()
}

// wait waits for the next result.
func (t *table[A, B]) wait() (value B, more bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		value, more = t.results[t.given]
		if more {
			delete(t.results, t.given)
			t.given++
			t.changed.Broadcast()
			return value, true
		}
		if t.over || t.dry && t.given == t.taken {
			return value, false
		}
		t.changed.Wait()
	}
}

// work takes items and calls f for them.
func (t *table[A, B]) work() {
	for t.workOne() {
	}
}

// workOne reports whether there may be more.
func (t *table[A, B]) workOne() bool {
	item, place, more := t.take()
	if !more {
		return false
	}
	var value B
	err := ErrExited
	defer func() {
		if reason := recover(); reason != nil {
			err = &PanicError{reason}
		}
		if err != nil {
			t.fail(err)
			return
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.results[place] = value
		t.changed.Broadcast()
	}()
	value, err = t.f(t.calls, item)
	return err == nil
}

// take takes an item once there is room for it.
func (t *table[A, B]) take() (item A, place int, more bool) {
	t.source.Lock()
	defer t.source.Unlock()
	if place, more = t.room(); !more {
		return item, place, false
	}
	item, more, err := take(t.next)
	if err != nil {
		t.fail(err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !more:
		t.dry = true
		t.taken--
		t.changed.Broadcast()
	case t.workers < t.n:
		t.workers++
		t.running.Go(t.work)
	}
	return item, place, more
}

// room waits until one more item may be taken, and counts it.
func (t *table[A, B]) room() (place int, more bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.taken-t.given >= t.n && !t.over {
		t.changed.Wait()
	}
	if t.over || t.dry || t.calls.Err() != nil {
		return 0, false
	}
	t.taken++
	return t.taken - 1, true
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
