package future_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/future"
)

var _ = Describe("A future with callbacks", func() {
	It("calls each once, in order, when the outcome is there", spec.Worth(1), func(ctx SpecContext) {
		// A callback that has a goroutine of its own may be in time now and then.
		for range 50 {
			f, events := quick("done"), begin()
			for _, name := range []string{"first", "second", "third"} {
				f.OnDone(func(given *future.Future[string]) {
					Expect(given).To(BeIdenticalTo(f))
					events.note(name)
				})
			}
			Expect(events.all()).To(BeEmpty(), "callbacks that were called before Run")
			run(ctx, f)
			Expect(events.all()).To(Equal([]string{"first", "second", "third"}), "when Run is back")

			f.OnDone(func(given *future.Future[string]) {
				Expect(given).To(BeIdenticalTo(f))
				events.note("late")
			})
			Expect(events.all()).To(Equal([]string{"late"}), "when OnDone is back that was called after Run")
			run(ctx, f)
			Expect(f.Cancel()).To(BeFalse())
			Expect(events.all()).To(BeEmpty(), "callbacks that were called a second time")
		}
	})

	It("lets them use it", spec.Worth(1), func(ctx SpecContext) {
		use := func(events *journal) func(*future.Future[string]) {
			return func(f *future.Future[string]) {
				value, err := f.Result(ctx)
				events.note(fmt.Sprint(value, " ", err))
				f.Run()
				f.OnDone(func(f *future.Future[string]) { events.note(fmt.Sprint("cancelled: ", f.Cancel())) })
				for range future.AsCompleted(ctx, f) {
					events.note("came")
				}
			}
		}
		events, finished, never := begin(), quick("done"), quick("never")
		finished.OnDone(use(events))
		run(ctx, finished)
		Expect(events.all()).To(Equal([]string{"done <nil>", "cancelled: false", "came"}))
		never.OnDone(use(events))
		Expect(cancel(ctx, never)).To(BeTrue())
		Expect(events.all()).To(Equal([]string{" " + future.ErrCancelled.Error(), "cancelled: true", "came"}))
	})

	It("makes nobody else wait for one that takes its time", spec.Worth(1), func(ctx SpecContext) {
		leave, inside, events := make(chan struct{}), make(chan bool, 1), begin()
		f := quick("done")
		f.OnDone(func(*future.Future[string]) {
			inside <- true
			select {
			case <-leave:
			case <-ctx.Done():
			}
			events.note("slow")
		})
		f.OnDone(func(*future.Future[string]) { events.note("behind it") })
		asker := ask(ctx, f)
		running := spec.Returned(f.Run)
		await(ctx, inside)
		Expect(await(ctx, asker)).To(Equal(outcome{value: "done"}))
		Expect(await(ctx, ask(ctx, f))).To(Equal(outcome{value: "done"}))
		Expect(cancel(ctx, f)).To(BeFalse())
		run(ctx, f)
		Eventually(ctx, spec.Returned(func() {
			f.OnDone(func(*future.Future[string]) { events.note("late") })
		})).Should(BeClosed(), "OnDone waits for a callback that somebody else calls")
		spec.Quiet(ctx)
		Expect(running).NotTo(BeClosed(), "Run is back, and a callback is not")
		Expect(events.all()).To(Equal([]string{"late"}))

		close(leave)
		Eventually(ctx, running).Should(BeClosed())
		Expect(events.all()).To(Equal([]string{"slow", "behind it"}))
	})
})
