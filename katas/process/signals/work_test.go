package signals_test

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/signals"
)

var _ = Describe("A program that works", func() {
	var (
		program *signals.Program
		finish  chan struct{}
		let     func()
	)

	BeforeEach(func() {
		finish = make(chan struct{})
		let = sync.OnceFunc(func() { close(finish) })
		DeferCleanup(let)
		program = signals.Start(nil)
		DeferCleanup(func() { program.Stop() })
	})

	// work calls Do for work that goes on until it may finish. It returns when the
	// work has begun, with the context that it got and with what Do returns.
	work := func(ctx context.Context) (context.Context, <-chan error) {
		GinkgoHelper()
		begun, finish := make(chan context.Context, 1), finish
		done := spec.Go(func() error {
			return program.Do(func(ctx context.Context) error {
				begun <- ctx
				<-finish
				return nil
			})
		})
		got := spec.Await(ctx, begun)
		return got, done
	}
	result := func(ctx context.Context, call <-chan error) (err error) {
		GinkgoHelper()
		err = spec.Await(ctx, call)
		return err
	}
	drain := func(ctx context.Context) <-chan error {
		return spec.Go(func() error { return program.Drain(ctx) })
	}

	It("does any number of works at once and hands back what they return", spec.Worth(1), func(ctx SpecContext) {
		const crowd = 20
		together := spec.Gate(crowd)
		failure := errors.New("this work has failed")
		var done []<-chan error
		for range crowd {
			done = append(done, spec.Go(func() error {
				return program.Do(func(context.Context) error {
					if err := together.Enter(ctx); err != nil {
						return err
					}
					return failure
				})
			}))
		}
		for _, work := range done {
			Expect(result(ctx, work)).To(BeIdenticalTo(failure))
		}
		Expect(program.Stopping()).NotTo(BeClosed())
		Expect(program.Drain(ctx)).To(Succeed())
	})

	It("drains without a signal, and waits without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		stopping := program.Stopping()
		got, done := work(ctx)
		draining, again := drain(ctx), drain(ctx)
		spec.AwaitClosed(ctx, stopping)
		spec.Idle(ctx)
		Expect(draining).NotTo(Receive(), "Drain came back while there was work")
		Expect(again).NotTo(Receive(), "Drain came back while there was work")
		Expect(got.Err()).NotTo(HaveOccurred(), "the work is disturbed")
		Expect(program.Do(func(context.Context) error { return nil })).To(MatchError(signals.ErrStopping))
		let()
		for _, call := range []<-chan error{done, draining, again} {
			Expect(result(ctx, call)).To(Succeed())
		}
		Expect(program.Drain(ctx)).To(Succeed())
		Expect(program.Stopping()).To(BeIdenticalTo(stopping))
	})

	It("gives up when the context of Drain ends", spec.Worth(1), func(ctx SpecContext) {
		got, done := work(ctx)
		impatient, giveUp := context.WithCancelCause(ctx)
		defer giveUp(nil)
		draining, patient := drain(impatient), drain(ctx)
		spec.Settled(ctx, draining, patient)
		giveUp(errors.New("a cause is not what Err returns"))
		Expect(result(ctx, draining)).To(MatchError(context.Canceled))
		Expect(result(ctx, patient)).To(MatchError(signals.ErrForced))
		spec.AwaitClosed(ctx, got.Done(), "the context of the work goes on")
		Expect(done).NotTo(Receive())

		program.Stop()
		program = signals.Start(nil)
		got, other := work(ctx)
		late, forget := context.WithDeadline(ctx, time.Unix(0, 0))
		defer forget()
		Expect(result(ctx, drain(late))).To(MatchError(context.DeadlineExceeded))
		spec.AwaitClosed(ctx, got.Done(), "the context of the work goes on")
		Expect(result(ctx, drain(ctx))).To(MatchError(signals.ErrForced))
		Expect(result(ctx, drain(late))).To(Or(MatchError(signals.ErrForced), MatchError(context.DeadlineExceeded)))
		let()
		Expect(result(ctx, done)).To(Succeed())
		Expect(result(ctx, other)).To(Succeed())
	})

	It("has counted what had come when it is stopped", spec.Worth(1), func(ctx SpecContext) {
		// SIGUSR2 ends no Go program, listened to or not. What has come here has been
		// sent to the Program's channels as well: package os/signal does both under
		// one lock, which signal.Stop takes.
		other := make(chan os.Signal, 1)
		signal.Notify(other, usr2)
		DeferCleanup(signal.Stop, other)
		send := func() {
			GinkgoHelper()
			Expect(syscall.Kill(os.Getpid(), usr2)).To(Succeed())
			select {
			case <-other:
			case <-ctx.Done():
				Fail("another who listens hears the signal no more")
			}
		}
		for range 20 {
			send()
			program.Stop()
			Expect(program.Count(usr2)).To(Equal(1), "it had come before Stop was called")
			send()
			Expect(program.Count(usr2)).To(Equal(1), "one came after Stop")
			program = signals.Start(nil)
		}

		a := perform(hasty, "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1")
		a.says(ctx, "all were heard each time")
		a.leaves(ctx)
	})

	It("tells of a signal when it has counted it, and listens on", spec.Worth(1), func(ctx SpecContext) {
		program.Stop()
		heard := make(chan os.Signal, 1)
		program = signals.Start(heard)
		defer ask(program)()
		for sent := 1; sent <= 200; sent++ {
			Expect(syscall.Kill(os.Getpid(), usr2)).To(Succeed())
			// Who is awake when it is told asks soonest.
			for tries := 0; len(heard) == 0 && tries < 1000; tries++ {
				runtime.Gosched()
			}
			select {
			case <-heard:
			case <-ctx.Done():
				Fail("a signal is lost")
			}
			Expect(program.Count(usr2)).To(Equal(sent))
		}
	})

	It("takes no work that Drain doesn't wait for", spec.Worth(1), func(ctx SpecContext) {
		for range 40 {
			var inside, drained atomic.Bool
			var late atomic.Int32
			begun := make(chan struct{}, 1)
			piece := func(context.Context) error {
				inside.Store(true)
				defer inside.Store(false)
				if drained.Load() {
					late.Add(1)
				}
				select {
				case begun <- struct{}{}:
				default:
				}
				return nil
			}
			// One piece of work after the other: in between, Drain finds none.
			working := spec.Returned(func() {
				for range 50 {
					program.Do(piece)
				}
			})
			// Eventually would look when they are over.
			select {
			case <-begun:
			case <-ctx.Done():
				Fail("Do has not called the work")
			}
			err := program.Drain(ctx)
			drained.Store(true)
			Expect(err).NotTo(HaveOccurred())
			Expect(inside.Load()).To(BeFalse(), "Drain came back while there was work")
			Expect(program.Do(piece)).To(MatchError(signals.ErrStopping))
			select {
			case <-working:
			case <-ctx.Done():
				Fail("Do doesn't come back")
			}
			Expect(late.Load()).To(BeZero(), "work has begun after Drain had come back")
			program.Stop()
			program = signals.Start(nil)
		}
	})

	It("counts work that panics as ended", spec.Worth(1), func(ctx SpecContext) {
		Expect(func() {
			program.Do(func(context.Context) error { panic("this work is broken") })
		}).To(PanicWith("this work is broken"))
		Expect(result(ctx, drain(ctx))).To(Succeed())
	})

	It("leaves work and shutdown alone when it is stopped, twice too", spec.Worth(1), func(ctx SpecContext) {
		got, done := work(ctx)
		stop := program.Stop
		for _, stopped := range []<-chan struct{}{spec.Returned(stop), spec.Returned(stop)} {
			spec.AwaitClosed(ctx, stopped, "Stop waits")
		}
		program.Stop()
		Expect(program.Stopping()).NotTo(BeClosed())
		Expect(got.Err()).NotTo(HaveOccurred(), "the work is disturbed")
		Expect(program.Do(func(context.Context) error { return nil })).To(Succeed())
		draining := drain(ctx)
		spec.Settled(ctx, draining)
		let()
		Expect(result(ctx, done)).To(Succeed())
		Expect(result(ctx, draining)).To(Succeed())
	})
})
