package future_test

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
	"github.com/concurrency-dojo/dojo/katas/sync/future"
)

func TestFuture(t *testing.T) { spec.Run(t) }

var _ = Describe("A future", func() {
	It("runs its work when it is run, and tells all who ask", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx)
		f := future.New(s.work)
		askers := []<-chan outcome{ask(ctx, f), ask(ctx, f), ask(ctx, f)}
		spec.Settled(ctx, askers...)
		Expect(s.begins.Load()).To(BeZero(), "calls of the work, before Run")

		running := spec.Returned(f.Run)
		spec.Await(ctx, s.begun)
		spec.Settled(ctx, askers...)
		Expect(running).NotTo(BeClosed(), "Run came back before the work did")
		s.told <- outcome{"half of it", errMishap}
		spec.AwaitClosed(ctx, running)
		for _, asker := range append(askers, ask(ctx, f), ask(ctx, f)) {
			Expect(spec.Await(ctx, asker)).To(Equal(outcome{"half of it", errMishap}))
		}

		nothing := future.New(func(context.Context) (any, error) { return nil, nil })
		spec.AwaitClosed(ctx, spec.Returned(nothing.Run))
		for range 2 {
			Expect(nothing.Result(ctx)).To(BeNil())
		}
	})

	It("makes callers wait without burning CPU, and lets them go", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx)
		f := future.New(s.work)
		running := spec.Returned(f.Run)
		given := spec.Await(ctx, s.begun)
		waiting, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		gone, stays := ask(waiting, f), ask(ctx, f)
		loop := spec.Returned(func() {
			for range future.AsCompleted(ctx, f) {
			}
		})
		spec.Idle(ctx)
		spec.Settled(ctx, gone, stays)
		Expect(loop).NotTo(BeClosed(), "a loop over AsCompleted ended while its future has no outcome")

		stop(errors.New("a cause is not what Err returns"))
		Expect(spec.Await(ctx, gone)).To(Equal(outcome{err: context.Canceled}))
		late, giveUp := context.WithDeadline(ctx, time.Unix(1, 0))
		defer giveUp()
		Expect(spec.Await(ctx, ask(late, f))).To(Equal(outcome{err: context.DeadlineExceeded}))

		spec.Settled(ctx, stays)
		Expect(given.Err()).NotTo(HaveOccurred(), "the work's context, when one caller gave up")
		s.told <- outcome{value: "at last"}
		Expect(spec.Await(ctx, stays)).To(Equal(outcome{value: "at last"}), "one caller gave up, another did not")
		spec.AwaitClosed(ctx, running)
		spec.AwaitClosed(ctx, loop)
	})

	It("tells an outcome that is there, whatever has ended", spec.Worth(1), func(ctx SpecContext) {
		over, cancel := context.WithCancel(ctx)
		cancel()
		f, never := quick("here"), quick("never")
		run(ctx, f)
		Expect(never.Cancel()).To(BeTrue())
		// A select picks among ready cases by chance: once proves nothing.
		for range 64 {
			Expect(spec.Await(ctx, ask(over, f))).To(Equal(outcome{value: "here"}))
			Expect(spec.Await(ctx, ask(over, never))).To(Equal(outcome{err: future.ErrCancelled}))
		}
	})

	It("runs its work once, whoever runs it", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx)
		f := future.New(s.work)
		first := spec.Returned(f.Run)
		spec.Await(ctx, s.begun)
		second := spec.Returned(f.Run)
		spec.Quiet(ctx)
		Expect(s.begins.Load()).To(BeEquivalentTo(1), "calls of the work, after two calls of Run")
		spec.AwaitClosed(ctx, second, "a second Run waits for the first one's work")
		s.told <- outcome{value: "once"}
		spec.AwaitClosed(ctx, first)
		run(ctx, f)
		Expect(s.begins.Load()).To(BeEquivalentTo(1), "calls of the work, after three calls of Run")

		var again *future.Future[string]
		again = future.New(func(ctx context.Context) (string, error) {
			again.Run()
			return s.work(ctx)
		})
		s.told <- outcome{value: "and once"}
		run(ctx, again)
		Expect(spec.Await(ctx, ask(ctx, again))).To(Equal(outcome{value: "and once"}))

		const runners = 20
		for range 20 {
			f, together := future.New(s.work), spec.Gate(runners)
			s.begins.Store(0)
			s.told <- outcome{value: "only once"}
			var runs []<-chan struct{}
			for range runners {
				runs = append(runs, spec.Returned(func() {
					if together.Enter(ctx) == nil {
						f.Run()
					}
				}))
			}
			for _, run := range runs {
				spec.AwaitClosed(ctx, run)
			}
			Expect(s.begins.Load()).To(BeEquivalentTo(1), "calls of the work, after %d calls of Run at once", runners)
			Expect(spec.Await(ctx, ask(ctx, f))).To(Equal(outcome{value: "only once"}))
		}
	})

	It("has an outcome, too, if its work panics or ends its goroutine", spec.Worth(2), func(ctx SpecContext) {
		for _, value := range []any{errMishap, "some text", 42, [2]byte{97, 98}} {
			f := future.New(func(context.Context) (string, error) { panic(value) })
			events := begin()
			f.OnDone(func(*future.Future[string]) { events.note("called back") })
			asker := ask(ctx, f)
			run(ctx, f)
			seen := spec.Await(ctx, asker, "the outcome of work that panicked")
			Expect(seen.value).To(BeEmpty())
			var told *future.PanicError
			Expect(errors.As(seen.err, &told)).To(BeTrue(), "the error is %v, and no *PanicError", seen.err)
			Expect(told.Value).To(BeIdenticalTo(value))
			Expect(told.Error()).To(ContainSubstring(fmt.Sprint(value)))
			Expect(events.all()).To(Equal([]string{"called back"}))
		}

		f := future.New(func(context.Context) (string, error) {
			runtime.Goexit()
			return "never", nil
		})
		events := begin()
		f.OnDone(func(*future.Future[string]) { events.note("called back") })
		asker := ask(ctx, f)
		spec.Settled(ctx, asker)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			f.Run()
			events.note("Run returned")
		}()
		spec.AwaitClosed(ctx, ended)
		Expect(spec.Await(ctx, asker, "the outcome of work that ended its goroutine")).To(Equal(outcome{err: future.ErrExited}))
		Expect(events.all()).To(Equal([]string{"called back"}))
	})
})
