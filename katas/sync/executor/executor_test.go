package executor_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/executor"
)

func TestExecutor(t *testing.T) { spec.Run(t) }

var _ = Describe("An executor", func() {
	It("runs tasks and tells all who ask what they return", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx, 2)
		task := s.submit(ctx, s.hold("first"))
		askers := []<-chan outcome{ask(ctx, task), ask(ctx, task)}
		guest := s.next(ctx)
		spec.Settled(ctx, askers...)
		guest.door <- outcome{"half of it", errMishap}
		for _, asker := range append(askers, ask(ctx, task), ask(ctx, task)) {
			Expect(spec.Await(ctx, asker)).To(Equal(outcome{"half of it", errMishap}))
		}

		nothing, err := executor.Submit(s.Executor, func(context.Context) (any, error) { return nil, nil })
		Expect(err).NotTo(HaveOccurred())
		for range 2 {
			Expect(nothing.Result(ctx)).To(BeNil())
		}
		Expect(func() { executor.New(0) }).To(Panic())
	})

	It("has all its workers at work at once, and never more", spec.Worth(2), func(ctx SpecContext) {
		for _, workers := range []int{1, 3, 8} {
			s, together := open(ctx, workers), spec.Gate(workers)
			var askers []<-chan outcome
			for range 4 * workers {
				askers = append(askers, ask(ctx, s.submit(ctx, func(context.Context) (string, error) {
					s.enter()
					defer s.leave()
					return "together", together.Enter(s.over)
				})))
			}
			for _, asker := range askers {
				Expect(spec.Await(ctx, asker)).To(Equal(outcome{value: "together"}))
			}
			Expect(s.most.Load()).To(BeEquivalentTo(workers), "tasks that ran at once")

			for range workers + 5 {
				s.submit(ctx, s.hold("stays"))
			}
			for range workers {
				s.next(ctx)
			}
			spec.Quiet(ctx)
			Expect(s.running.Load()).To(BeEquivalentTo(workers), "tasks that run, while more of them wait")
		}
	})

	It("begins tasks in the order in which they came", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx, 1)
		s.submit(ctx, s.hold("in the way"))
		guest := s.next(ctx)
		var last *executor.Task[string]
		var names []string
		for i := range 50 {
			names = append(names, fmt.Sprint("task ", i))
			last = s.submit(ctx, s.quick(names[i]))
		}
		guest.leave("")
		spec.Await(ctx, ask(ctx, last))
		Expect(s.begun()).To(Equal(names))
	})

	It("takes any number of tasks at once, without a goroutine for each", spec.Worth(1), func(ctx SpecContext) {
		const many = 2000
		s := open(ctx, 2)
		s.submit(ctx, s.hold("in the way"))
		s.submit(ctx, s.hold("in the way"))
		guests := []guest{s.next(ctx), s.next(ctx)}
		spec.Quiet(ctx)
		before := runtime.NumGoroutine()
		submitted := spec.Go(func() (tasks []*executor.Task[string]) {
			for i := range many {
				task, err := executor.Submit(s.Executor, s.quick(fmt.Sprint(i)))
				Expect(err).NotTo(HaveOccurred())
				tasks = append(tasks, task)
			}
			return tasks
		})
		tasks := spec.Await(ctx, submitted, "Submit waits while the workers are busy")
		names := make([]string, many/5)
		call := spread(ctx, s, func(ctx context.Context, name string) (string, error) { return s.quick(name)(ctx) }, names...)
		spec.Quiet(ctx)
		Expect(runtime.NumGoroutine()-before).To(BeNumerically("<", many/10), "goroutines more, for %d tasks more that have not begun", many+len(names))
		Expect(s.begun()).To(BeEmpty(), "tasks that ran while the workers were busy")

		for _, guest := range guests {
			guest.leave("")
		}
		for i, task := range tasks {
			value, err := task.Result(ctx)
			Expect(outcome{value, err}).To(Equal(outcome{value: fmt.Sprint(i)}))
		}
		Expect(spec.Await(ctx, call)).To(Equal(mapped{values: names}))
		Expect(s.begun()).To(HaveLen(many+len(names)), "how often tasks ran")
	})

	It("makes callers wait without burning CPU, and lets them go", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx, 2)
		// One worker has something to do, the other one had.
		task, before := s.submit(ctx, s.hold("long")), s.submit(ctx, s.quick("short"))
		guest := s.next(ctx)
		spec.Await(ctx, ask(ctx, before))
		waiting, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		mapping := spread(waiting, s, func(ctx context.Context, name string) (string, error) { return s.hold(name)(ctx) }, "mapped")
		mappedGuest := s.next(ctx)
		gone, stays := ask(waiting, task), ask(ctx, task)
		spec.Idle(ctx)
		spec.Settled(ctx, gone, stays)
		spec.Settled(ctx, mapping)

		stop(errors.New("a cause is not what Err returns"))
		Expect(spec.Await(ctx, gone)).To(Equal(outcome{err: context.Canceled}))
		Expect(spec.Await(ctx, mapping)).To(Equal(mapped{err: context.Canceled}))
		late, giveUp := context.WithDeadline(ctx, time.Unix(1, 0))
		defer giveUp()
		Expect(spec.Await(ctx, ask(late, task))).To(Equal(outcome{err: context.DeadlineExceeded}))
		spec.Settled(ctx, stays)
		guest.leave("at last")
		mappedGuest.leave("")
		Expect(spec.Await(ctx, stays)).To(Equal(outcome{value: "at last"}), "one caller gave up, another did not")

		// Now no worker has anything to do.
		spec.Idle(ctx)
		// A select picks among ready cases by chance: once proves nothing.
		for range 64 {
			Expect(spec.Await(ctx, ask(late, task))).To(Equal(outcome{value: "at last"}), "the outcome is there, though the context has ended")
		}
	})

	It("has tasks go on when those who wait for them give up", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx, 1)
		waiting, stop := context.WithCancel(ctx)
		defer stop()
		ends := make(chan error, 2)
		call := spread(waiting, s, func(ctx context.Context, name string) (string, error) {
			defer func() { ends <- ctx.Err() }()
			if name == "begun" {
				return s.hold(name)(ctx)
			}
			return s.quick(name)(ctx)
		}, "begun", "pending")
		guest := s.next(ctx)
		gone := ask(waiting, s.submit(ctx, s.quick("alone")))
		spec.Settled(ctx, gone)
		stop()
		Expect(spec.Await(ctx, gone)).To(Equal(outcome{err: context.Canceled}))
		Expect(spec.Await(ctx, call)).To(Equal(mapped{err: context.Canceled}))

		guest.leave("")
		spec.Await(ctx, ask(ctx, s.submit(ctx, s.quick("last"))))
		Expect(s.begun()).To(Equal([]string{"pending", "alone", "last"}), "tasks that ran, though nobody waits for the first two")
		for range 2 {
			Expect(spec.Await(ctx, ends)).To(Succeed(), "the context of a task, when that of who waited for it has ended")
		}
	})

	It("outlives tasks that panic or end their goroutine", spec.Worth(1), func(ctx SpecContext) {
		const workers = 2
		s := open(ctx, workers)
		for _, value := range []any{errMishap, "some text", 42, [2]byte{97, 98}} {
			for range workers {
				seen := spec.Await(ctx, ask(ctx, s.submit(ctx, func(context.Context) (string, error) { panic(value) })), "the outcome of a task that panicked")
				var told *executor.PanicError
				Expect(errors.As(seen.err, &told)).To(BeTrue(), "the error is %v, and no *PanicError", seen.err)
				Expect(told.Value).To(BeIdenticalTo(value))
				Expect(told.Error()).To(ContainSubstring(fmt.Sprint(value)))
				Expect(seen.value).To(BeEmpty())
			}
		}
		for range 2 * workers {
			task := s.submit(ctx, func(context.Context) (string, error) {
				runtime.Goexit()
				return "never", nil
			})
			Expect(spec.Await(ctx, ask(ctx, task), "the outcome of a task that ended its goroutine")).To(Equal(outcome{err: executor.ErrExited}))
		}

		for range workers + 1 {
			s.submit(ctx, s.hold("after them"))
		}
		for range workers {
			s.next(ctx)
		}
		spec.Quiet(ctx)
		Expect(s.running.Load()).To(BeEquivalentTo(workers), "tasks that run, after others have panicked and ended their goroutines")
	})
})
