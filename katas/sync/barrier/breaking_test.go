package barrier_test

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/barrier"
)

// brokenBy expects that a party got the error of a barrier that was broken by a
// context that ended with cause.
func brokenBy(cause error, got visit) {
	GinkgoHelper()
	Expect(got.err).To(MatchError(barrier.ErrBroken))
	Expect(got.err).To(MatchError(cause), "what ended the context of the party that gave up")
}

// broken returns a barrier that a party has broken with context.Canceled.
func broken(ctx context.Context, parties int) *barrier.Barrier {
	GinkgoHelper()
	b := barrier.New(parties, nil)
	impatient, giveUp := context.WithCancel(ctx)
	call := arrive(impatient, b)
	spec.Settled(ctx, call)
	giveUp()
	brokenBy(context.Canceled, spec.Await(ctx, call))
	return b
}

var _ = Describe("A barrier that is broken", func() {
	It("tells all parties the same when one gives up", spec.Worth(2), func(ctx SpecContext) {
		withCause, giveUp := context.WithCancelCause(ctx)
		done := make(chan struct{})
		for _, one := range []struct {
			patience context.Context
			end      func()
			err      error
		}{
			{withCause, func() { giveUp(errors.New("a cause is not what Err returns")) }, context.Canceled},
			{ownContext{ctx, done}, func() { close(done) }, errOwn},
		} {
			b := barrier.New(4, nil)
			Expect(b.Broken()).To(BeFalse(), "Broken of a new barrier")
			calls := []<-chan visit{arrive(ctx, b), arrive(one.patience, b), arrive(ctx, b)}
			spec.Settled(ctx, calls...)
			Expect(b.Broken()).To(BeFalse(), "Broken, while 3 of 4 wait")
			one.end()
			for _, call := range calls {
				brokenBy(one.err, spec.Await(ctx, call))
			}
			Expect(b.Broken()).To(BeTrue(), "Broken, after a party gave up")
			brokenBy(one.err, spec.Await(ctx, arrive(ctx, b)))
		}
	})

	It("stays so until Reset", spec.Worth(1), func(ctx SpecContext) {
		b := broken(ctx, 2)
		late, stop := context.WithDeadline(ctx, time.Unix(1, 0))
		defer stop()
		for range 3 {
			brokenBy(context.Canceled, spec.Await(ctx, arrive(ctx, b)))
			// What ends later is not what broke it.
			brokenBy(context.Canceled, spec.Await(ctx, arrive(late, b)))
		}
		Expect(b.Broken()).To(BeTrue(), "Broken, before Reset")
		b.Reset()
		Expect(b.Broken()).To(BeFalse(), "Broken, after Reset")
		for range 2 {
			first := arrive(ctx, b)
			spec.Settled(ctx, first)
			second := arrive(ctx, b)
			Expect(spec.Await(ctx, first)).To(Equal(visit{0, nil}), "what Wait returns to the first after Reset")
			Expect(spec.Await(ctx, second)).To(Equal(visit{1, nil}), "what Wait returns to the second after Reset")
		}
	})

	It("may be so by a party whose context has ended before it comes", spec.Worth(1), func(ctx SpecContext) {
		late, stop := context.WithDeadlineCause(ctx, time.Unix(1, 0), errors.New("a cause is not what Err returns"))
		defer stop()
		// First of the parties, one in between, and last.
		for before := range 3 {
			b := barrier.New(3, nil)
			calls := arriveInOrder(ctx, b, before)
			brokenBy(context.DeadlineExceeded, spec.Await(ctx, arrive(late, b)))
			for _, call := range calls {
				brokenBy(context.DeadlineExceeded, spec.Await(ctx, call))
			}
			Expect(b.Broken()).To(BeTrue(), "Broken, after a party came whose context had ended")
		}
	})

	It("can't become so once all have arrived", spec.Worth(1), func(ctx SpecContext) {
		b, running, finish := deliberate(ctx, 3)
		impatient, giveUp := context.WithCancel(ctx)
		defer giveUp()
		calls := []<-chan visit{arrive(impatient, b), arrive(impatient, b), arrive(impatient, b)}
		spec.Await(ctx, running)
		giveUp()
		spec.Settled(ctx, calls...)
		reset := spec.Returned(b.Reset)
		spec.Settled(ctx, calls...)
		finish()
		pass(ctx, calls...)
		spec.AwaitClosed(ctx, reset)
		Expect(b.Broken()).To(BeFalse(), "Broken, after all have passed")
	})

	It("is so for all of a generation or for none", spec.Worth(2), func(ctx SpecContext) {
		const times = 40
		type meeting struct {
			b      *barrier.Barrier
			giveUp context.CancelFunc
			calls  []<-chan visit
		}
		meetings := make([]meeting, times)
		for i := range meetings {
			impatient, giveUp := context.WithCancel(ctx)
			defer giveUp()
			b := barrier.New(3, nil)
			meetings[i] = meeting{b, giveUp, []<-chan visit{arrive(ctx, b), arrive(impatient, b)}}
		}
		spec.Quiet(ctx)
		for i, m := range meetings {
			// One gives up as the last one comes.
			m.giveUp()
			meetings[i].calls = append(m.calls, arrive(ctx, m.b))
		}
		for _, m := range meetings {
			first := spec.Await(ctx, m.calls[0])
			for _, call := range m.calls[1:] {
				other := spec.Await(ctx, call)
				Expect(other.err == nil).To(Equal(first.err == nil), "one party got %v, and another of the same generation %v", first.err, other.err)
			}
			if first.err != nil {
				brokenBy(context.Canceled, first)
			}
			Expect(m.b.Broken()).To(Equal(first.err != nil), "Broken, where a party got %v", first.err)
		}
	})

	It("is so when its action panics", spec.Worth(1), func(ctx SpecContext) {
		const fault = "the action's own fault"
		faulty := true
		b := barrier.New(3, func() {
			if faulty {
				faulty = false
				panic(fault)
			}
		})
		var calls []<-chan any
		for range 3 {
			calls = append(calls, spec.Go(func() (told any) {
				defer func() {
					if panicked := recover(); panicked != nil {
						told = panicked
					}
				}()
				_, err := b.Wait(ctx)
				return err
			}))
		}
		panics := 0
		for _, call := range calls {
			told := spec.Await(ctx, call)
			if told == any(fault) {
				panics++
			} else {
				Expect(told).To(MatchError(barrier.ErrBroken), "what a party got whose Wait didn't panic")
			}
		}
		Expect(panics).To(Equal(1), "calls of Wait that panicked as the action did")
		Expect(b.Broken()).To(BeTrue(), "Broken, after the action has panicked")
		Expect(spec.Await(ctx, arrive(ctx, b)).err).To(MatchError(barrier.ErrBroken))
		b.Reset()
		pass(ctx, arrive(ctx, b), arrive(ctx, b), arrive(ctx, b))
	})

	It("is so for those who wait when it is reset, and for nobody else", spec.Worth(1), func(ctx SpecContext) {
		b := barrier.New(3, nil)
		b.Reset()
		for range 3 {
			old := arriveInOrder(ctx, b, 2)
			b.Reset()
			b.Reset()
			// These come before the others have so much as woken up.
			fresh := []<-chan visit{arrive(ctx, b), arrive(ctx, b)}
			for _, call := range old {
				got := spec.Await(ctx, call)
				Expect(got.err).To(MatchError(barrier.ErrBroken))
				Expect(got.err).NotTo(MatchError(context.Canceled))
			}
			spec.Settled(ctx, fresh...)
			Expect(b.Broken()).To(BeFalse(), "Broken, after Reset")
			pass(ctx, append(fresh, arrive(ctx, b))...)
		}
	})

	It("says so to whoever asks, at any time", spec.Worth(1), func(ctx SpecContext) {
		b := barrier.New(2, nil)
		over := make(chan struct{})
		// Nothing orders these calls and the others', so that the race detector
		// sees a read without a lock whenever it happens.
		asking := spec.Returned(func() {
			for range 1000 {
				b.Broken()
				select {
				case <-over:
					return
				default:
				}
			}
		})
		ended, end := context.WithCancel(ctx)
		end()
		for range 20 {
			brokenBy(context.Canceled, spec.Await(ctx, arrive(ended, b)))
			Expect(b.Broken()).To(BeTrue(), "Broken, after a party gave up")
			b.Reset()
			Expect(b.Broken()).To(BeFalse(), "Broken, after Reset")
		}
		close(over)
		spec.AwaitClosed(ctx, asking)
	})
})
