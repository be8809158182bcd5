// Package executor has a worker that was lent begin with the newest task.
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
	mu   sync.Mutex
	shut bool
	// free are the slots that nobody has.
	free  int
	queue []*job
	// back are tasks that have waited and want to go on.
	back []chan struct{}
	// alive are the tasks that have neither ended nor been cancelled.
	alive int
	rest  *sync.Cond
}

// job is a task without its type.
type job struct{ run, cancel func() }

// New returns an executor with this many workers.
func New(workers int) *Executor {
	if workers < 1 {
		panic("executor: there must be at least 1 worker")
	}
	e := &Executor{free: workers}
	e.rest = sync.NewCond(&e.mu)
	return e
}

// deal deals out the slots that are free. The caller holds the lock.
func (e *Executor) deal() {
	for ; e.free > 0; e.free-- {
		switch {
		case len(e.back) > 0:
			close(e.back[0])
			e.back = e.back[1:]
		case len(e.queue) > 0:
			go e.queue[0].run()
			e.queue = e.queue[1:]
		default:
			return
		}
	}
}

// add puts a job into the queue, and reports whether it was taken.
func (e *Executor) add(j *job) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.shut {
		return false
	}
	e.alive++
	e.queue = append(e.queue, j)
	e.deal()
	return true
}

// lend gives the slot of a task away while it waits.
func (e *Executor) lend(wait func()) {
	e.mu.Lock()
	e.free++
	if last := len(e.queue) - 1; len(e.back) == 0 && last >= 0 {
		// What came last is what the task waits for, most likely.
		go e.queue[last].run() // want "waits for one that has begun without burning CPU, and the others keep their order" wrong
		e.queue = e.queue[:last]
		e.free--
	}
	e.deal()
	e.mu.Unlock()
	wait()
	mine := make(chan struct{})
	e.mu.Lock()
	e.back = append(e.back, mine)
	e.deal()
	e.mu.Unlock()
	<-mine
}

// ended is called when a task has ended.
func (e *Executor) ended() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.free++
	e.deal()
	e.gone(1)
}

// gone is called when there are fewer tasks. The caller holds the lock.
func (e *Executor) gone(tasks int) {
	e.alive -= tasks
	if e.alive == 0 {
		e.rest.Broadcast()
	}
}

// Task is a task that was submitted, and its outcome once it has ended.
type Task[T any] struct {
	executor *Executor
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
	if !e.add(&job{run: func() { t.run(task) }, cancel: t.cancel}) {
		return nil, ErrShutdown
	}
	return t, nil
}

func (t *Task[T]) run(task func(ctx context.Context) (T, error)) {
	defer t.executor.ended()
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
func (t *Task[T]) wait(ctx context.Context) (err error) {
	select {
	case <-t.done:
		return nil
	default:
	}
	wait := func() {
		select {
		case <-t.done:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if ctx.Value(insider{t.executor}) != nil {
		t.executor.lend(wait)
	} else {
		wait()
	}
	return err
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
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shut = true
	if cancelPending {
		for _, j := range e.queue {
			j.cancel()
		}
		e.gone(len(e.queue))
		e.queue = nil
	}
	for wait && e.alive > 0 {
		e.rest.Wait()
	}
}
