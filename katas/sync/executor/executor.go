package executor

import (
	"context"
	"errors"
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
	panic("TODO: implement Error")
}

// Executor runs tasks, a limited number at once.
type Executor struct {
	// TODO: what does an executor need to know?
}

// New returns an executor with this many workers. It panics if they are less than
// 1.
func New(workers int) *Executor {
	panic("TODO: implement New")
}

// Task is a task that was submitted, and its outcome once it has ended.
type Task[T any] struct {
	// TODO: what does a task need to know?
}

// Submit has the executor run a task and returns at once, however many tasks there
// are already. After Shutdown it returns no Task and ErrShutdown, and the task
// doesn't run.
// The context that the task is given never ends.
func Submit[T any](e *Executor, task func(ctx context.Context) (T, error)) (*Task[T], error) {
	panic("TODO: implement Submit")
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
	panic("TODO: implement Result")
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
	panic("TODO: implement Map")
}

// Shutdown lets the executor take no more tasks, not from its own tasks either. Those
// that it took before are run; if cancelPending is set, those that have not begun are
// cancelled instead: they never run, and who waits for them is told at once. Tasks
// that have begun are left alone.
// If wait is set, Shutdown returns when all tasks have ended; otherwise it waits for
// nothing. It may be called again, and by several at once: each waits if it asks
// for that, and each may cancel what has not begun by then.
func (e *Executor) Shutdown(wait, cancelPending bool) {
	panic("TODO: implement Shutdown")
}
