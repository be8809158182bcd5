package executor_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/executor"
)

var errMishap = errors.New("this is the task's own error")

// work is what a task does.
type work = func(ctx context.Context) (string, error)

// outcome is what Result returned.
type outcome struct {
	value string
	err   error
}

// stage is an executor, and where its tasks stay until they are let go.
type stage struct {
	*executor.Executor
	over    context.Context
	arrived chan guest
	// running are the tasks that run, as far as they tell, and most how many did
	// at once.
	running, most atomic.Int64

	mu    sync.Mutex
	order []string
}

// guest is a task that stays.
type guest struct {
	name string
	door chan<- outcome
}

func (g guest) leave(value string) { g.door <- outcome{value: value} }

// open makes an executor that is shut down after the spec.
func open(ctx context.Context, workers int) *stage {
	over, end := context.WithCancel(ctx)
	s := &stage{Executor: executor.New(workers), over: over, arrived: make(chan guest, 100)}
	DeferCleanup(func(ctx SpecContext) {
		end()
		spec.AwaitClosed(ctx, spec.Returned(func() { s.Shutdown(true, true) }), "Shutdown doesn't come back after the spec")
	})
	return s
}

// enter counts a task as running, and leave no more.
func (s *stage) enter() {
	now := s.running.Add(1)
	for {
		most := s.most.Load()
		if now <= most || s.most.CompareAndSwap(most, now) {
			return
		}
	}
}

func (s *stage) leave() { s.running.Add(-1) }

// hold is a task that stays until it is told what to return.
func (s *stage) hold(name string) work {
	return func(context.Context) (string, error) {
		s.enter()
		defer s.leave()
		door := make(chan outcome, 1)
		s.arrived <- guest{name, door}
		select {
		case o := <-door:
			return o.value, o.err
		case <-s.over.Done():
			return "", s.over.Err()
		}
	}
}

// quick is a task that notes its name, and returns it.
func (s *stage) quick(name string) work {
	return func(context.Context) (string, error) {
		s.enter()
		defer s.leave()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.order = append(s.order, name)
		return name, nil
	}
}

// begun returns the names of quick tasks in the order in which they ran.
func (s *stage) begun() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.order...)
}

// next waits for a task that stays.
func (s *stage) next(ctx context.Context) guest {
	GinkgoHelper()
	return spec.Await(ctx, s.arrived)
}

// submit submits a task that must be taken.
func (s *stage) submit(ctx context.Context, w work) *executor.Task[string] {
	GinkgoHelper()
	call := spec.Go(func() *executor.Task[string] {
		task, err := executor.Submit(s.Executor, w)
		Expect(err).NotTo(HaveOccurred())
		return task
	})
	task := spec.Await(ctx, call, "Submit doesn't come back")
	return task
}

// shutdown calls Shutdown in a goroutine of its own.
func (s *stage) shutdown(wait, cancelPending bool) <-chan struct{} {
	return spec.Returned(func() { s.Shutdown(wait, cancelPending) })
}

// ask waits for the outcome in a goroutine of its own.
func ask(ctx context.Context, task *executor.Task[string]) <-chan outcome {
	return spec.Go(func() outcome {
		value, err := task.Result(ctx)
		return outcome{value, err}
	})
}

// mapped is what Map returned.
type mapped struct {
	values []string
	err    error
}

// spread calls Map in a goroutine of its own.
func spread(ctx context.Context, s *stage, f func(context.Context, string) (string, error), items ...string) <-chan mapped {
	return spec.Go(func() mapped {
		values, err := executor.Map(ctx, s.Executor, f, items)
		return mapped{values, err}
	})
}
