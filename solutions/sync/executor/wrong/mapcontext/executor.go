// Package executor gives the tasks of Map what the caller of Map has, a context that
// may end: they are told to stop, and were to go on.
package executor

import (
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
	// ErrExited is the error of tasks that ended their goroutine.
	ErrExited = errors.New("executor: the task ended its goroutine")
)

// PanicError is the error of a task that panicked.
type PanicError struct{ Value any }

// Error says that the task panicked, and with what.
func (e *PanicError) Error() string { return fmt.Sprint("executor: the task panicked: ", e.Value) }

// Executor runs tasks, a limited number at once.
type Executor struct {
	limit int

	mu      sync.Mutex
	queue   []*job
	workers int
	shut    bool
	// rest is signalled when the last worker ends.
	rest *sync.Cond
}

// job is a task without its type.
type job struct {
	// taken: somebody runs it or has cancelled it. Executor.mu guards it.
	taken  bool
	run    func()
	cancel func()
}

// New returns an executor with this many workers.
func New(workers int) *Executor {
	if workers < 1 {
		panic("executor: there must be at least 1 worker")
	}
	e := &Executor{limit: workers}
	e.rest = sync.NewCond(&e.mu)
	return e
}

// add puts a job into the queue, and reports whether it was taken.
func (e *Executor) add(j *job) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.shut {
		return false
	}
	e.queue = append(e.queue, j)
	if e.workers < e.limit {
		e.workers++
		go e.work()
	}
	return true
}

// work runs jobs until there are none.
func (e *Executor) work() {
	through := false
	defer func() {
		if !through {
			// The task has ended this goroutine. Another one takes its place.
			go e.work()
		}
	}()
	for j := e.next(); j != nil; j = e.next() {
		j.run()
	}
	through = true
}

// next takes the oldest job, nil if there is none: then the worker has ended.
func (e *Executor) next() *job {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.queue) > 0 {
		j := e.queue[0]
		e.queue = e.queue[1:]
		if !j.taken {
			j.taken = true
			return j
		}
	}
	e.workers--
	if e.workers == 0 {
		e.rest.Broadcast()
	}
	return nil
}

// take takes a job before its turn, and reports whether nobody else had.
func (e *Executor) take(j *job) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	mine := !j.taken
	j.taken = true
	return mine
}

// Task is a task that was submitted, and its outcome once it has ended.
type Task[T any] struct {
	executor *Executor
	job      *job
	// value and err are written before done is closed, and not after.
	value T
	err   error
	done  chan struct{}
}

// insider is the key under which a task's context holds its executor.
type insider struct{ executor *Executor }

// Submit has the executor run a task.
func Submit[T any](e *Executor, task func(ctx context.Context) (T, error)) (*Task[T], error) {
	t := &Task[T]{executor: e, done: make(chan struct{})}
	t.job = &job{run: func() { t.run(task) }, cancel: t.cancel}
	if !e.add(t.job) {
		return nil, ErrShutdown
	}
	return t, nil
}

func (t *Task[T]) run(task func(ctx context.Context) (T, error)) {
	// What is left if the task neither returns nor panics.
	var value T
	err := ErrExited
	defer func() {
		if reason := recover(); reason != nil {
			err = &PanicError{reason}
		}
		t.value, t.err = value, err
		close(t.done)
	}()
	value, err = task(context.WithValue(context.Background(), insider{t.executor}, true))
}

func (t *Task[T]) cancel() {
	t.err = ErrCancelled
	close(t.done)
}

// wait waits until the task has ended, and returns an error if ctx ended first.
func (t *Task[T]) wait(ctx context.Context) error {
	select {
	case <-t.done:
		return nil
	default:
	}
	// A task that waits has a worker for which there is no better use. What has
	// begun gets on without it.
	if ctx.Value(insider{t.executor}) != nil && t.executor.take(t.job) {
		t.job.run()
	}
	select {
	case <-t.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Result waits until the task has ended and returns its outcome.
func (t *Task[T]) Result(ctx context.Context) (T, error) {
	if err := t.wait(ctx); err != nil {
		var none T
		return none, err
	}
	return t.value, t.err
}

// Map submits a task for each item and waits for all of them.
func Map[A, B any](ctx context.Context, e *Executor, f func(ctx context.Context, item A) (B, error), items []A) ([]B, error) {
	tasks := make([]*Task[B], len(items))
	for i, item := range items {
		var err error
		tasks[i], err = Submit(e, func(inside context.Context) (B, error) {
			mark := insider{e}
			return f(context.WithValue(ctx, mark, inside.Value(mark)), item) // want "has tasks go on when those who wait for them give up" wrong
		})
		if err != nil {
			return nil, err
		}
	}
	results := make([]B, len(items))
	var first error
	for i, task := range tasks {
		if err := task.wait(ctx); err != nil {
			return nil, err
		}
		results[i] = task.value
		if first == nil {
			first = task.err
		}
	}
	return results, first
}

// Shutdown lets the executor take no more tasks.
func (e *Executor) Shutdown(wait, cancelPending bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shut = true
	if cancelPending {
		for _, j := range e.queue {
			if !j.taken {
				j.taken = true
				j.cancel()
			}
		}
		e.queue = nil
	}
	// Wait gives the lock back meanwhile.
	for wait && e.workers > 0 {
		e.rest.Wait()
	}
}
