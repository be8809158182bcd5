package future_test

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/future"
)

// cancel calls Cancel, which waits for no work.
func cancel(ctx context.Context, f *future.Future[string]) bool {
	GinkgoHelper()
	call := spec.Go(f.Cancel)
	cancelled := spec.Await(ctx, call, "Cancel doesn't come back")
	return cancelled
}

var _ = Describe("A future", func() {
	When("it is cancelled", func() {
		It("never begins if it had not begun", spec.Worth(2), func(ctx SpecContext) {
			s := open(ctx)
			f := future.New(s.work)
			events := begin()
			f.OnDone(func(f *future.Future[string]) { events.note(fmt.Sprint(f.Result(ctx))) })
			askers := []<-chan outcome{ask(ctx, f), ask(ctx, f)}
			loop := spec.Go(func() (came []*future.Future[string]) {
				for f := range future.AsCompleted(ctx, f) {
					came = append(came, f)
				}
				return came
			})
			spec.Settled(ctx, askers...)
			spec.Settled(ctx, loop)

			Expect(cancel(ctx, f)).To(BeTrue(), "the work has not begun")
			Expect(events.all()).To(Equal([]string{future.ErrCancelled.Error()}), "the callback, when Cancel is back")
			for _, asker := range askers {
				Expect(spec.Await(ctx, asker)).To(Equal(outcome{err: future.ErrCancelled}))
			}
			Expect(spec.Await(ctx, loop)).To(Equal([]*future.Future[string]{f}))

			s.told <- outcome{value: "ran"}
			run(ctx, f)
			Expect(s.begins.Load()).To(BeZero(), "calls of the work of a future that is cancelled")
			Expect(cancel(ctx, f)).To(BeTrue(), "the future is cancelled, if by an earlier call")
			Expect(spec.Await(ctx, ask(ctx, f))).To(Equal(outcome{err: future.ErrCancelled}))
			Expect(events.all()).To(BeEmpty(), "a callback was called again")
		})

		It("tells its work if that has begun, and goes by what becomes of it", spec.Worth(1), func(ctx SpecContext) {
			s := open(ctx)
			f := future.New(s.work)
			asker := ask(ctx, f)
			running := spec.Returned(f.Run)
			given := spec.Await(ctx, s.begun)
			spec.Quiet(ctx)
			Expect(given.Err()).NotTo(HaveOccurred(), "the work's context, before Cancel")
			for range 2 {
				Expect(cancel(ctx, f)).To(BeFalse(), "the work has begun")
			}
			Expect(given.Err()).To(MatchError(context.Canceled), "the work's context, after Cancel")
			spec.Settled(ctx, asker)

			s.told <- outcome{value: "finished all the same"}
			spec.AwaitClosed(ctx, running)
			Expect(spec.Await(ctx, asker)).To(Equal(outcome{value: "finished all the same"}))
			Expect(cancel(ctx, f)).To(BeFalse(), "the work is over")
			Expect(spec.Await(ctx, ask(ctx, f))).To(Equal(outcome{value: "finished all the same"}))

			// What the error says is not what tells a future that is cancelled.
			claims := future.New(func(context.Context) (string, error) { return "", future.ErrCancelled })
			run(ctx, claims)
			Expect(cancel(ctx, claims)).To(BeFalse(), "the work ran, and returned ErrCancelled")

			var itself *future.Future[string]
			itself = future.New(func(ctx context.Context) (string, error) {
				return fmt.Sprint(itself.Cancel()), ctx.Err()
			})
			run(ctx, itself)
			Expect(spec.Await(ctx, ask(ctx, itself))).To(Equal(outcome{"false", context.Canceled}), "of work that cancels its own future")
		})

		It("either runs or is cancelled, and never both", spec.Worth(1), func(ctx SpecContext) {
			const rounds = 100
			for range rounds {
				s, events, together := open(ctx), begin(), spec.Gate(4)
				f := future.New(s.work)
				f.OnDone(func(f *future.Future[string]) { events.note(fmt.Sprint(f.Result(ctx))) })
				asker := ask(ctx, f)
				call := func(f func() bool) <-chan bool {
					return spec.Go(func() bool { return together.Enter(ctx) == nil && f() })
				}
				runs := func() bool { f.Run(); return true }
				firstRun, secondRun, firstCancel, secondCancel := call(runs), call(runs), call(f.Cancel), call(f.Cancel)
				one, other := spec.Await(ctx, firstCancel), spec.Await(ctx, secondCancel)
				// The work stays until now, so that nothing of Run's end orders
				// Run's beginning and Cancel.
				s.told <- outcome{value: "ran"}
				s.told <- outcome{value: "ran"}
				spec.Await(ctx, firstRun)
				spec.Await(ctx, secondRun)
				want := outcome{value: "ran"}
				begins := 1
				if one {
					want, begins = outcome{err: future.ErrCancelled}, 0
				}
				Expect(other).To(Equal(one), "two calls of Cancel returned")
				Expect(spec.Await(ctx, asker)).To(Equal(want), "Cancel returned %t", one)
				Expect(s.begins.Load()).To(BeEquivalentTo(begins), "calls of the work, and Cancel returned %t", one)
				Expect(spec.Await(ctx, ask(ctx, f))).To(Equal(want), "asked again, and Cancel returned %t", one)
				Expect(events.all()).To(HaveLen(1), "calls of the callback")
			}
		})
	})
})
