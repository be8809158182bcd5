// Package executor has no lock: one goroutine owns the queue and does what others ask
// of it, and workers that are there from the beginning receive from it.
package executor

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	// asks are what the owner of the queue shall do, until it is over.
	asks chan func()
	over chan struct{}
	// jobs goes to the workers. It is closed when there will be no more.
	jobs    chan *job
	workers sync.WaitGroup

	// These are the owner's alone.
	queue []*job
	shut  bool
}

// job is a task without its type.
type job struct{ run, cancel func() }

// New returns an executor with this many workers.
func New(workers int) *Executor {
	if workers < 1 {
		panic("executor: there must be at least 1 worker")
	}
	e := &Executor{asks: make(chan func()), over: make(chan struct{}), jobs: make(chan *job)}
	e.workers.Add(workers)
	for range workers {
		go e.work()
	}
	go e.own()
	return e
}

// own owns the queue.
func (e *Executor) own() {
	defer close(e.jobs)
	defer close(e.over)
	for !e.shut || len(e.queue) > 0 {
		if len(e.queue) == 0 {
			(<-e.asks)()
			continue
		}
		select {
		case f := <-e.asks:
			f()
		case e.jobs <- e.queue[0]:
			e.queue = e.queue[1:]
		}
	}
}

// ask has the owner of the queue call f, and reports whether it did.
func (e *Executor) ask(f func()) bool {
	done := make(chan struct{})
	select {
	case e.asks <- func() { f(); close(done) }:
		<-done
		return true
	case <-e.over:
		return false
	}
}

// work runs jobs as long as there will be more.
func (e *Executor) work() {
	through := false
	defer func() {
		if through {
			e.workers.Done()
		} else {
			go e.work()
		}
	}()
	for j := range e.jobs {
		j.run()
	}
	through = true
}

// add puts a job into the queue, and reports whether it was taken.
func (e *Executor) add(j *job) (taken bool) {
	e.ask(func() {
		if taken = !e.shut; taken {
			e.queue = append(e.queue, j)
		}
	})
	return taken
}

// take takes a job before its turn, and reports whether it was still there.
func (e *Executor) take(j *job) (mine bool) {
	e.ask(func() {
		if place := slices.Index(e.queue, j); place >= 0 {
			e.queue = slices.Delete(e.queue, place, place+1)
			mine = true
		}
	})
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
		tasks[i], err = Submit(e, func(ctx context.Context) (B, error) { return f(ctx, item) })
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
	e.ask(func() {
		e.shut = true
		if cancelPending {
			for _, j := range e.queue {
				j.cancel()
			}
			e.queue = nil
		}
	})
	if wait {
		e.workers.Wait()
	}
}
