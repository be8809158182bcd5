package executor_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/executor"
)

// refused comes with tasks, which are not taken.
func (s *stage) refused(ctx context.Context) {
	GinkgoHelper()
	call := spec.Go(func() error {
		_, err := executor.Submit(s.Executor, s.quick("late"))
		return err
	})
	Expect(spec.Await(ctx, call)).To(MatchError(executor.ErrShutdown))
	late := spread(ctx, s, func(ctx context.Context, name string) (string, error) { return s.quick(name)(ctx) }, "late", "too late")
	Expect(spec.Await(ctx, late)).To(Equal(mapped{err: executor.ErrShutdown}))
}

var _ = Describe("An executor", func() {
	When("it is shut down", func() {
		It("runs what it took, and takes no more", spec.Worth(1), func(ctx SpecContext) {
			s := open(ctx, 2)
			var askers []<-chan outcome
			for _, name := range []string{"first", "second", "third", "fourth", "fifth"} {
				askers = append(askers, ask(ctx, s.submit(ctx, s.hold(name))))
			}
			guests := []guest{s.next(ctx), s.next(ctx)}
			waits := []<-chan struct{}{s.shutdown(true, false), s.shutdown(true, false)}
			spec.Settled(ctx, askers...)
			s.refused(ctx)

			for len(guests) < 5 {
				guests[len(guests)-2].leave("done")
				guests = append(guests, s.next(ctx))
			}
			guests[3].leave("done")
			spec.Quiet(ctx)
			for _, wait := range waits {
				Expect(wait).NotTo(BeClosed(), "Shutdown is back, and a task runs")
			}
			guests[4].leave("done")
			for _, asker := range askers {
				Expect(spec.Await(ctx, asker)).To(Equal(outcome{value: "done"}))
			}
			for _, wait := range waits {
				spec.AwaitClosed(ctx, wait)
			}
			s.refused(ctx)
			Expect(s.begun()).To(BeEmpty(), "tasks that were refused ran")
			spec.AwaitClosed(ctx, s.shutdown(true, true))
		})

		It("cancels what has not begun, if asked", spec.Worth(1), func(ctx SpecContext) {
			s := open(ctx, 2)
			given := make(chan context.Context, 2)
			stay := func(ctx context.Context) (string, error) {
				given <- ctx
				return s.hold("begun")(ctx)
			}
			begun := []<-chan outcome{ask(ctx, s.submit(ctx, stay)), ask(ctx, s.submit(ctx, stay))}
			guests := []guest{s.next(ctx), s.next(ctx)}
			var tasks []*executor.Task[string]
			var askers []<-chan outcome
			for range 5 {
				tasks = append(tasks, s.submit(ctx, s.quick("pending")))
				askers = append(askers, ask(ctx, tasks[len(tasks)-1]))
			}
			call := spread(ctx, s, func(ctx context.Context, name string) (string, error) { return s.quick(name)(ctx) }, "pending", "too")
			spec.Settled(ctx, askers...)
			spec.Settled(ctx, call)

			wait := s.shutdown(true, true)
			for i, asker := range askers {
				Expect(spec.Await(ctx, asker)).To(Equal(outcome{err: executor.ErrCancelled}))
				Expect(spec.Await(ctx, ask(ctx, tasks[i]))).To(Equal(outcome{err: executor.ErrCancelled}))
			}
			Expect(spec.Await(ctx, call).err).To(MatchError(executor.ErrCancelled))
			spec.Settled(ctx, begun...)
			Expect(wait).NotTo(BeClosed(), "Shutdown is back, and tasks run")
			for range guests {
				Expect(spec.Await(ctx, given).Err()).NotTo(HaveOccurred(), "the context of a task that has begun")
			}
			for _, guest := range guests {
				guest.leave("done")
			}
			for _, asker := range begun {
				Expect(spec.Await(ctx, asker)).To(Equal(outcome{value: "done"}))
			}
			spec.AwaitClosed(ctx, wait)
			Expect(s.begun()).To(BeEmpty(), "tasks that were cancelled ran")
		})

		It("waits only if asked, and can be asked again", spec.Worth(1), func(ctx SpecContext) {
			s := open(ctx, 1)
			long := ask(ctx, s.submit(ctx, s.hold("long")))
			guest := s.next(ctx)
			last := ask(ctx, s.submit(ctx, func(context.Context) (string, error) {
				s.Shutdown(false, true)
				return "shut down by a task", nil
			}))
			pending := ask(ctx, s.submit(ctx, s.quick("pending")))
			spec.AwaitClosed(ctx, s.shutdown(false, false), "Shutdown waits and was not asked to")
			spec.Settled(ctx, long, last, pending)
			wait := s.shutdown(true, false)
			s.refused(ctx)
			spec.Quiet(ctx)
			Expect(wait).NotTo(BeClosed(), "Shutdown is back, and a task runs")

			guest.leave("done")
			Expect(spec.Await(ctx, long)).To(Equal(outcome{value: "done"}))
			Expect(spec.Await(ctx, last)).To(Equal(outcome{value: "shut down by a task"}))
			Expect(spec.Await(ctx, pending)).To(Equal(outcome{err: executor.ErrCancelled}))
			spec.AwaitClosed(ctx, wait)
			Expect(s.begun()).To(BeEmpty(), "a task that was cancelled ran")

			idle := open(ctx, 4)
			spec.AwaitClosed(ctx, idle.shutdown(true, false), "of an executor that had no tasks")
			idle.refused(ctx)
		})
	})
})
