// Package executor hands a worker that is lent to the task that is waited for, in a
// goroutine of its own, and gives who has waited a worker before any task that has
// not begun. Map submits all of its tasks or none.
package executor

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
)

var (
	// ErrShutdown is returned to those who come with tasks after Shutdown.
	ErrShutdown = errors.New("executor: shut down")
	// ErrCancelled is the error of tasks that Shutdown has cancelled.
	ErrCancelled = errors.New("executor: cancelled")
	// ErrExited is the error of tasks that ended their goroutine with
	// runtime.Goexit.
	ErrExited = errors.New("executor: the task ended its goroutine")
)

// PanicError is the error of a task that panicked.
type PanicError struct {
	// Value is what the panic carried, as recover returns it.
	Value any
}

// Error says that the task panicked, and contains the value as fmt.Sprint prints
// it. The other words are left open.
func (e *PanicError) Error() string {
	return fmt.Sprint("executor: the task panicked: ", fmt.Sprint(e.Value))
}

// Executor runs tasks, a limited number at once.
type Executor struct {
	mu      sync.Mutex
	free    int        // workers that nobody has
	pending *list.List // of job, in the order of submission
	back    *list.List // of *waiter: who waited and wants a worker again
	open    int        // tasks that were submitted and have not ended
	shut    bool
	over    chan struct{} // closed when shut and nothing is open
}

// job is what the executor knows of a task whatever its type.
type job interface {
	common() *state
	call(ctx context.Context)
	fail(err error)
}

// state is the part of a task that its type doesn't matter for.
type state struct {
	e       *Executor
	place   *list.Element // in pending, nil once it has begun or was cancelled
	ended   bool
	done    chan struct{}
	waiters map[*waiter]bool // tasks of this executor that have lent their worker
}

// waiter is a task that has lent its worker.
type waiter struct {
	ready chan struct{} // closed when it has one again
}

// owner is the key under which the context of a task has its executor.
type owner struct{}

// New returns an executor with this many workers. It panics if they are less than
// 1.
func New(workers int) *Executor {
	if workers < 1 {
		panic("executor: no workers")
	}
	return &Executor{free: workers, pending: list.New(), back: list.New(), over: make(chan struct{})}
}

// release gives up a worker: to one that waited, or to the next task. mu is held.
func (e *Executor) release() {
	if w := e.back.Front(); w != nil {
		close(e.back.Remove(w).(*waiter).ready)
	} else if j := e.pending.Front(); j != nil {
		e.begin(j.Value.(job))
	} else {
		e.free++
	}
}

// begin has a worker that the caller gives up run a task. mu is held.
func (e *Executor) begin(j job) {
	st := j.common()
	e.pending.Remove(st.place)
	st.place = nil
	go func() {
		defer func() {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.end(st)
			e.release()
		}()
		j.call(context.WithValue(context.Background(), owner{}, e))
	}()
}

// end tells the outcome of a task to those who wait for it. mu is held.
func (e *Executor) end(st *state) {
	st.ended = true
	close(st.done)
	for w := range st.waiters {
		e.resume(w)
	}
	st.waiters = nil
	e.open--
	e.check()
}

// resume gives a waiter a worker, or notes that it wants one. mu is held.
func (e *Executor) resume(w *waiter) {
	if e.free > 0 {
		e.free--
		close(w.ready)
	} else {
		e.back.PushBack(w)
	}
}

// check notices that the executor is over. mu is held.
func (e *Executor) check() {
	if e.shut && e.open == 0 {
		select {
		case <-e.over:
		default:
			close(e.over)
		}
	}
}

// submit takes all of the jobs or none.
func (e *Executor) submit(jobs ...job) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.shut {
		return ErrShutdown
	}
	for _, j := range jobs {
		st := j.common()
		*st = state{e: e, done: make(chan struct{}), place: e.pending.PushBack(j)}
		e.open++
		if e.free > 0 {
			e.free--
			e.begin(j)
		}
	}
	return nil
}

// await waits until the task has ended, and tells whether it did before ctx.
func (e *Executor) await(ctx context.Context, j job) bool {
	st := j.common()
	select {
	case <-st.done:
		return true
	default:
	}
	if ctx.Err() != nil {
		return false
	}
	if ctx.Value(owner{}) != any(e) {
		select {
		case <-st.done:
			return true
		case <-ctx.Done():
			return false
		}
	}
	w := &waiter{ready: make(chan struct{})}
	e.mu.Lock()
	if st.ended {
		e.mu.Unlock()
		return true
	}
	if st.waiters == nil {
		st.waiters = map[*waiter]bool{}
	}
	st.waiters[w] = true
	if st.place != nil {
		e.begin(j)
	} else {
		e.release()
	}
	e.mu.Unlock()
	select {
	case <-w.ready:
		return true
	case <-ctx.Done():
	}
	e.mu.Lock()
	ended := st.ended
	if !ended {
		delete(st.waiters, w)
		e.resume(w)
	}
	e.mu.Unlock()
	<-w.ready
	return ended
}

// Task is a task that was submitted, and its outcome once it has ended.
type Task[T any] struct {
	state
	task func(ctx context.Context) (T, error)
	val  T
	err  error
}

func (t *Task[T]) common() *state { return &t.state }

func (t *Task[T]) fail(err error) { t.task, t.err = nil, err }

func (t *Task[T]) call(ctx context.Context) {
	task := t.task
	t.task = nil
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			t.err = &PanicError{Value: v}
		} else {
			t.err = ErrExited
		}
	}()
	t.val, t.err = task(ctx)
	returned = true
}

// Submit has the executor run a task and returns at once, however many tasks there
// are already. After Shutdown it returns no Task and ErrShutdown, and the task
// doesn't run.
// The context that the task is given never ends.
func Submit[T any](e *Executor, task func(ctx context.Context) (T, error)) (*Task[T], error) {
	t := &Task[T]{task: task}
	if err := e.submit(t); err != nil {
		return nil, err
	}
	return t, nil
}

// Result waits until the task has ended and returns what it returned, the value
// also if there is an error. If it panicked, that is no value and a *PanicError; if
// it ended its goroutine, ErrExited; if it was cancelled, ErrCancelled. All who ask
// get the same, however often.
// If ctx ends first, Result returns no value and ctx.Err(), and the task goes on.
// An outcome that is there when Result is called is returned, even if ctx has ended.
// When a task of the same executor waits, with a context derived from its own, it is
// left open whether the end of that context ends the wait.
func (t *Task[T]) Result(ctx context.Context) (T, error) {
	if !t.e.await(ctx, t) {
		var none T
		return none, ctx.Err()
	}
	return t.val, t.err
}

// Map submits a task for each item, all of them at once, waits until every one has
// ended, and returns what f returned, in the order of the items. If tasks failed,
// the results of the others are there nevertheless, and the error is that of the
// first in the order of the items that failed, as Result tells it.
// If ctx ends first, Map returns no results and ctx.Err(), and the tasks go on; for a
// task of the same executor that is left open, as in Result. If the executor is shut
// down before all tasks were submitted, Map returns no results and ErrShutdown; for
// those that were, what Shutdown says holds. What it returns for no items once the
// executor is shut down is left open.
func Map[A, B any](ctx context.Context, e *Executor, f func(ctx context.Context, item A) (B, error), items []A) ([]B, error) {
	jobs := make([]job, len(items))
	for i, item := range items {
		jobs[i] = &Task[B]{task: func(ctx context.Context) (B, error) { return f(ctx, item) }}
	}
	if err := e.submit(jobs...); err != nil {
		return nil, err
	}
	results := make([]B, len(items))
	var first error
	for i, j := range jobs {
		if !e.await(ctx, j) {
			return nil, ctx.Err()
		}
		t := j.(*Task[B])
		results[i] = t.val
		if first == nil {
			first = t.err
		}
	}
	return results, first
}

// Shutdown lets the executor take no more tasks, not from its own tasks either. Those
// that it took before are run; if cancelPending is set, those that have not begun are
// cancelled instead: they never run, and who waits for them is told at once. Tasks
// that have begun are left alone.
// If wait is set, Shutdown returns when all tasks have ended; otherwise it waits for
// nothing. It may be called again, and by several at once: each waits if it asks
// for that, and each may cancel what has not begun by then.
func (e *Executor) Shutdown(wait, cancelPending bool) {
	e.mu.Lock()
	e.shut = true
	if cancelPending {
		for p := e.pending.Front(); p != nil; p = e.pending.Front() {
			j := e.pending.Remove(p).(job)
			j.common().place = nil
			j.fail(ErrCancelled)
			e.end(j.common())
		}
	}
	e.check()
	e.mu.Unlock()
	if wait {
		<-e.over
	}
}
