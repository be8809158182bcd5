package event_test

import (
	"context"
	"errors"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/event"
)

func TestEvent(t *testing.T) { spec.Run(t) }

// waiters start n callers of Wait, each in a goroutine of its own.
func waiters(ctx context.Context, happens *event.Event, n int) (calls []<-chan error) {
	for range n {
		calls = append(calls, spec.Go(func() error { return happens.Wait(ctx) }))
	}
	return calls
}

// pass waits until calls of Wait have returned nil.
func pass(ctx context.Context, calls []<-chan error) {
	GinkgoHelper()
	for _, call := range calls {
		Expect(spec.Await(ctx, call)).To(Succeed())
	}
}

// do makes a call that never waits.
func do(ctx context.Context, call func()) {
	GinkgoHelper()
	spec.AwaitClosed(ctx, spec.Returned(call), "a call of Set, Clear or IsSet never waits")
}

var _ = Describe("An event", func() {
	var happens *event.Event

	BeforeEach(func() { happens = event.New() })

	It("is set or not, and tells which", spec.Worth(1), func(ctx SpecContext) {
		other := event.New()
		Expect(happens.IsSet()).To(BeFalse(), "IsSet of a new event")
		for range 3 {
			happens.Clear()
			happens.Clear()
			Expect(happens.IsSet()).To(BeFalse(), "IsSet, after Clear")
			happens.Set()
			Expect(happens.IsSet()).To(BeTrue(), "IsSet, after Set")
			happens.Set()
			Expect(happens.IsSet()).To(BeTrue(), "IsSet, after Set twice")
			happens.Clear()
			Expect(happens.IsSet()).To(BeFalse(), "IsSet, after Clear")
		}
		happens.Set()
		Expect(other.IsSet()).To(BeFalse(), "IsSet of an event, after Set of another")
	})

	It("lets everybody pass while it is set", spec.Worth(1), func(ctx SpecContext) {
		do(ctx, happens.Set)
		for range 3 {
			pass(ctx, waiters(ctx, happens, 1))
		}
		pass(ctx, waiters(ctx, happens, 5))
		Expect(happens.IsSet()).To(BeTrue(), "IsSet, after others have waited")
	})

	It("makes callers wait without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		ending, cancel := context.WithCancel(ctx)
		defer cancel()
		stay, leave := waiters(ctx, happens, 2), waiters(ending, happens, 2)
		spec.Idle(ctx)
		spec.Settled(ctx, append(stay, leave...)...)
		cancel()
		for _, call := range leave {
			Expect(spec.Await(ctx, call)).To(MatchError(context.Canceled))
		}
		spec.Settled(ctx, stay...)
		do(ctx, happens.Set)
		pass(ctx, stay)
	})

	It("makes callers wait again once it is cleared", spec.Worth(1), func(ctx SpecContext) {
		for range 3 {
			waiting := waiters(ctx, happens, 2)
			spec.Settled(ctx, waiting...)
			do(ctx, happens.Set)
			pass(ctx, waiting)
			pass(ctx, waiters(ctx, happens, 1))
			do(ctx, happens.Clear)
		}
		last := waiters(ctx, happens, 2)
		spec.Settled(ctx, last...)
		do(ctx, happens.Set)
		pass(ctx, last)
	})

	It("lets go of a waiter whose context ends", spec.Worth(1), func(ctx SpecContext) {
		ending, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		late, end := spec.Late(ctx)
		// One after the other, so that those who go are neither the first nor the last.
		stays := waiters(ctx, happens, 1)
		spec.Settled(ctx, stays...)
		goes := append(waiters(ending, happens, 2), waiters(late, happens, 1)...)
		spec.Settled(ctx, append(goes, stays...)...)
		stays = append(stays, waiters(ctx, happens, 1)...)
		spec.Settled(ctx, append(goes, stays...)...)
		cancel(errors.New("a cause is not what Err returns"))
		for _, call := range goes[:2] {
			Expect(spec.Await(ctx, call)).To(MatchError(context.Canceled))
		}
		spec.Settled(ctx, append(goes[2:], stays...)...)
		end()
		Expect(spec.Await(ctx, goes[2])).To(MatchError(context.DeadlineExceeded))
		spec.Settled(ctx, stays...)
		// Nobody needs to be told any more of those who have left.
		do(ctx, happens.Set)
		pass(ctx, stays)
		do(ctx, happens.Clear)
		do(ctx, happens.Set)
		Expect(happens.IsSet()).To(BeTrue())
	})

	It("lets pass also whose context has ended, if it is set", spec.Worth(1), func(ctx SpecContext) {
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		late, stop := context.WithDeadlineCause(ctx, time.Unix(1, 0), errors.New("a cause is not what Err returns"))
		defer stop()
		// A select picks among ready cases by chance: once proves nothing.
		for range 40 {
			for _, over := range []context.Context{canceled, late} {
				Expect(happens.Wait(over)).To(MatchError(over.Err()), "Wait, with a context that has ended, for an event that is not set")
			}
			happens.Set()
			for _, over := range []context.Context{canceled, late} {
				Expect(happens.Wait(over)).To(Succeed(), "Wait, with a context that has ended, for an event that is set")
			}
			happens.Clear()
		}
	})

	It("misses no Set that came before the end of the context", spec.Worth(2), func(ctx SpecContext) {
		// Wait has begun, and asks for what it has to listen to. Before it is told,
		// the event is set, and after that the context ends. A select that may choose
		// chooses by chance: so that happens to many.
		const many = 24
		var all [many]struct {
			asked
			waiting <-chan error
			set     <-chan struct{}
		}
		for i := range all {
			happens, one := event.New(), &all[i]
			one.asked = askedFor(ctx)
			one.waiting = spec.Go(func() error { return happens.Wait(one.asked) })
			spec.AwaitClosed(ctx, one.begun, "Wait asks its context for Done")
			one.set = spec.Returned(happens.Set)
		}
		spec.Quiet(ctx)
		for _, one := range all {
			select {
			case <-one.set:
				one.end()
			default:
				// Set comes after all that Wait has to do first: then nothing is
				// certain about who is first.
			}
			one.answer()
		}
		for _, one := range all {
			Expect(spec.Await(ctx, one.waiting)).To(Succeed(), "Wait, for an event that was set before the context ended")
			spec.AwaitClosed(ctx, one.set)
		}
	})

	It("starts nothing that outlives a call", spec.Worth(1), func(ctx SpecContext) {
		// Contexts that never end: whoever waits for their end waits for ever. To
		// listen to the second, package context needs a goroutine.
		never := context.WithoutCancel(ctx)
		for _, forever := range []context.Context{never, own{Context: never, done: make(chan struct{})}} {
			waiting := waiters(forever, happens, 2)
			spec.Settled(ctx, waiting...)
			do(ctx, happens.Set)
			pass(ctx, waiting)
			pass(ctx, waiters(forever, happens, 1))
			do(ctx, happens.Clear)
		}
		// Nobody will ever set the event again.
		ending, cancel := context.WithCancel(ctx)
		defer cancel()
		waiting := waiters(ending, happens, 2)
		spec.Settled(ctx, waiting...)
		cancel()
		for _, call := range waiting {
			Expect(spec.Await(ctx, call)).To(MatchError(context.Canceled))
		}
	})
})
