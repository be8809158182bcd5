package future_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/future"
)

// goroutine names the goroutine that calls it.
func goroutine() string {
	text := make([]byte, 64)
	return strings.Fields(string(text[:runtime.Stack(text, false)]))[1]
}

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

	It("has work and callbacks in the goroutine of who brings the outcome", spec.Worth(1), func(ctx SpecContext) {
		for _, bring := range []func(*future.Future[string]){
			func(f *future.Future[string]) { f.Run() },
			func(f *future.Future[string]) { f.Cancel() },
		} {
			events := begin()
			note := func(*future.Future[string]) { events.note(goroutine()) }
			f := future.New(func(context.Context) (string, error) {
				note(nil)
				return "", nil
			})
			f.OnDone(note)
			caller := spec.Await(ctx, spec.Go(func() string {
				bring(f)
				f.OnDone(note)
				return goroutine()
			}))
			Expect(events.all()).To(HaveEach(caller), "goroutines of the work, if it ran, and of callbacks")
		}
	})

	It("calls each that is added while it gets its outcome", spec.Worth(1), func(ctx SpecContext) {
		const callers, rounds = 20, 50
		for round := range rounds {
			f, events, together := quick("done"), begin(), spec.Gate(callers+1)
			bring := f.Run
			if round%2 == 1 {
				bring = func() { f.Cancel() }
			}
			var calls []<-chan struct{}
			for caller := range callers + 1 {
				calls = append(calls, spec.Returned(func() {
					switch {
					case together.Enter(ctx) != nil:
					case caller == callers/2:
						bring()
					default:
						f.OnDone(func(*future.Future[string]) { events.note("called") })
					}
				}))
			}
			for _, call := range calls {
				spec.AwaitClosed(ctx, call)
			}
			Expect(events.all()).To(HaveLen(callers), "calls of as many callbacks")
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

	It("has Cancel stay for its callbacks, and nobody else", spec.Worth(1), func(ctx SpecContext) {
		leave, inside, f := make(chan struct{}), make(chan bool, 1), quick("never")
		f.OnDone(func(*future.Future[string]) {
			inside <- true
			select {
			case <-leave:
			case <-ctx.Done():
			}
		})
		first := spec.Go(f.Cancel)
		spec.Await(ctx, inside)
		spec.Settled(ctx, first)
		Expect(cancel(ctx, f)).To(BeTrue())
		run(ctx, f)
		Expect(spec.Await(ctx, ask(ctx, f))).To(Equal(outcome{err: future.ErrCancelled}))
		close(leave)
		Expect(spec.Await(ctx, first)).To(BeTrue())
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
		spec.Await(ctx, inside)
		Expect(spec.Await(ctx, asker)).To(Equal(outcome{value: "done"}))
		Expect(spec.Await(ctx, ask(ctx, f))).To(Equal(outcome{value: "done"}))
		Expect(cancel(ctx, f)).To(BeFalse())
		run(ctx, f)
		spec.AwaitClosed(ctx, spec.Returned(func() {
			f.OnDone(func(*future.Future[string]) { events.note("late") })
		}), "OnDone waits for a callback that somebody else calls")
		spec.Quiet(ctx)
		Expect(running).NotTo(BeClosed(), "Run is back, and a callback is not")
		Expect(events.all()).To(Equal([]string{"late"}))

		close(leave)
		spec.AwaitClosed(ctx, running)
		Expect(events.all()).To(Equal([]string{"slow", "behind it"}))
	})
})
