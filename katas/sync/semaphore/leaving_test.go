package semaphore_test

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/semaphore"
)

var _ = Describe("A caller that gives up", func() {
	It("gets its context's error and takes nothing", spec.Worth(1), func(ctx SpecContext) {
		const capacity = 2
		s := held(ctx, capacity, capacity)
		withCause, giveUp := context.WithCancelCause(ctx)
		done := make(chan struct{})
		known := acquire(withCause, s, 1)
		own := acquire(ownContext{ctx, done}, s, 2)
		spec.Settled(ctx, known, own)
		giveUp(errors.New("a cause is not what Err returns"))
		Expect(spec.Await(ctx, known)).To(MatchError(context.Canceled))
		close(done)
		Expect(spec.Await(ctx, own)).To(MatchError(errOwn))

		Expect(s.TryAcquire(1)).To(BeFalse(), "TryAcquire(1), while all %d are held", capacity)
		s.Release(capacity)
		Expect(s.TryAcquire(capacity)).To(BeTrue(), "TryAcquire(%d), while all are free and nobody waits", capacity)
		Expect(s.TryAcquire(1)).To(BeFalse(), "TryAcquire(1), while all %d are held", capacity)
	})

	It("lets those behind it go on if it was the first", spec.Worth(1), func(ctx SpecContext) {
		s := held(ctx, 4, 1)
		impatient, giveUp := context.WithCancel(ctx)
		defer giveUp()
		big := acquire(impatient, s, 4)
		spec.Settled(ctx, big)
		var behind []<-chan error
		for _, n := range []int{1, 2, 1} {
			behind = append(behind, acquire(ctx, s, n))
			spec.Settled(ctx, behind...)
		}
		giveUp()
		Expect(spec.Await(ctx, big)).To(MatchError(context.Canceled))
		for _, call := range behind[:2] {
			Expect(spec.Await(ctx, call)).To(Succeed())
		}
		spec.Settled(ctx, behind[2])
		s.Release(1)
		Expect(spec.Await(ctx, behind[2])).To(Succeed())
	})

	It("changes nothing for the others if it was not the first", spec.Worth(1), func(ctx SpecContext) {
		s := held(ctx, 3, 2)
		impatient, giveUp := context.WithCancel(ctx)
		defer giveUp()
		first := acquire(ctx, s, 3)
		spec.Settled(ctx, first)
		second := acquire(impatient, s, 1)
		spec.Settled(ctx, first, second)
		third := acquire(ctx, s, 1)
		spec.Settled(ctx, first, second, third)

		giveUp()
		Expect(spec.Await(ctx, second)).To(MatchError(context.Canceled))
		spec.Settled(ctx, first, third)
		s.Release(2)
		Expect(spec.Await(ctx, first)).To(Succeed())
		spec.Settled(ctx, third)
		s.Release(1)
		Expect(spec.Await(ctx, third)).To(Succeed())
	})

	It("takes no permit with it that comes at that moment", spec.Worth(2), func(ctx SpecContext) {
		const times = 40
		type line struct {
			s         *semaphore.Semaphore
			giveUp    context.CancelFunc
			impatient <-chan error
			behind    []<-chan error
		}
		lines := make([]line, times)
		for i := range lines {
			impatient, giveUp := context.WithCancel(ctx)
			defer giveUp()
			s := held(ctx, 2, 2)
			lines[i] = line{s: s, giveUp: giveUp, impatient: acquire(impatient, s, 2)}
		}
		// The impatient one is the first of each line.
		spec.Quiet(ctx)
		for i := range lines {
			for range 2 {
				lines[i].behind = append(lines[i].behind, acquire(ctx, lines[i].s, 1))
			}
		}
		spec.Quiet(ctx)

		for _, l := range lines {
			l.giveUp()
			l.s.Release(2)
		}
		for _, l := range lines {
			err := spec.Await(ctx, l.impatient)
			if err == nil {
				l.s.Release(2)
			} else {
				Expect(err).To(MatchError(context.Canceled))
			}
			for _, call := range l.behind {
				Expect(spec.Await(ctx, call)).To(Succeed())
			}
			Expect(l.s.TryAcquire(1)).To(BeFalse(), "TryAcquire(1), while both permits are held")
			l.s.Release(2)
			Expect(l.s.TryAcquire(2)).To(BeTrue(), "TryAcquire(2), while both permits are free")
		}
	})

	It("does not even start if its context has ended before", spec.Worth(1), func(ctx SpecContext) {
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		late, stop := context.WithDeadlineCause(ctx, time.Unix(1, 0), errors.New("a cause is not what Err returns"))
		defer stop()
		ended := make(chan struct{})
		close(ended)
		s := semaphore.New(2)
		// A select picks among ready cases by chance: once proves nothing.
		for range 64 {
			for _, over := range []context.Context{cancelled, late, ownContext{ctx, ended}} {
				Expect(s.Acquire(over, 1)).To(MatchError(over.Err()))
			}
		}
		Expect(s.TryAcquire(2)).To(BeTrue(), "TryAcquire(2), while both permits are free")
		for range 64 {
			Expect(s.Acquire(cancelled, 1)).To(MatchError(context.Canceled))
		}
		s.Release(2)
		Expect(s.TryAcquire(2)).To(BeTrue(), "TryAcquire(2), while both permits are free")
	})
})
