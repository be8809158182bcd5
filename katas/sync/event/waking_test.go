package event_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/event"
)

// crowd is how many wait at once: so many that they don't all run before the next
// call of the one who wakes them.
const crowd = 40

var _ = Describe("An event that many wait for", func() {
	var happens *event.Event

	BeforeEach(func() { happens = event.New() })

	It("wakes all who wait, and not only one", spec.Worth(1), func(ctx SpecContext) {
		waiting := waiters(ctx, happens, crowd)
		spec.Settled(ctx, waiting...)
		do(ctx, happens.Set)
		pass(ctx, waiting)
	})

	It("wakes all who wait even if it is cleared at once", spec.Worth(2), func(ctx SpecContext) {
		// Also if that comes twice: who goes by what has changed must not take two
		// changes for none.
		for _, pulses := range []int{1, 2} {
			waiting := waiters(ctx, happens, crowd)
			spec.Settled(ctx, waiting...)
			do(ctx, func() {
				for range pulses {
					happens.Set()
					happens.Clear()
				}
			})
			Expect(happens.IsSet()).To(BeFalse())
			pass(ctx, waiting)
		}
	})

	It("wakes those who wait while others set and clear it at once", spec.Worth(1), func(ctx SpecContext) {
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		// Who comes between whom is chance: so they go on for long enough to meet often.
		const many, setters, clearers, times = 3, 3, 2, 3000
		var all [many]*event.Event
		var waiting, changing []<-chan error
		for i := range all {
			all[i] = event.New()
			waiting = append(waiting, waiters(ctx, all[i], 1)...)
		}
		spec.Settled(ctx, waiting...)
		for _, happens := range all {
			gate := spec.Gate(setters + clearers)
			for caller := range setters + clearers {
				change := happens.Set
				if caller >= setters {
					change = happens.Clear
				}
				changing = append(changing, spec.Go(func() error {
					if err := gate.Enter(ctx); err != nil {
						return err
					}
					for range times {
						change()
					}
					return nil
				}))
			}
		}
		pass(ctx, changing)
		pass(ctx, waiting)
		for _, happens := range all {
			do(ctx, happens.Clear)
			Expect(happens.IsSet()).To(BeFalse(), "IsSet, after Clear")
			Expect(happens.Wait(canceled)).To(MatchError(context.Canceled), "Wait, with a context that has ended, after Clear")
			do(ctx, happens.Set)
			Expect(happens.IsSet()).To(BeTrue(), "IsSet, after Set")
			pass(ctx, waiters(ctx, happens, 1))
		}
	})

	It("wakes each generation by a Set of its own", spec.Worth(2), func(ctx SpecContext) {
		generation := waiters(ctx, happens, crowd/4)
		for range 4 {
			spec.Settled(ctx, generation...)
			do(ctx, func() {
				happens.Set()
				happens.Clear()
			})
			// The next ones begin to wait while these may still be on their way.
			next := waiters(ctx, happens, crowd/4)
			pass(ctx, generation)
			generation = next
		}
		spec.Settled(ctx, generation...)
		do(ctx, happens.Set)
		pass(ctx, generation)
	})

	It("keeps those who wait when it is cleared before it is set", spec.Worth(1), func(ctx SpecContext) {
		early := waiters(ctx, happens, 3)
		spec.Settled(ctx, early...)
		do(ctx, happens.Clear)
		late := waiters(ctx, happens, 3)
		spec.Settled(ctx, append(early, late...)...)
		do(ctx, happens.Clear)
		do(ctx, happens.Set)
		pass(ctx, early)
		pass(ctx, late)
	})

	It("lets nobody pass on what woke others", spec.Worth(1), func(ctx SpecContext) {
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		waiting := waiters(ctx, happens, 3)
		spec.Settled(ctx, waiting...)
		// One has begun to wait, and is not ready to hear of it yet.
		busy := askedFor(ctx)
		waiting = append(waiting, waiters(busy, happens, 1)...)
		spec.AwaitClosed(ctx, busy.begun, "Wait asks its context for Done")
		var late []error
		pulse := spec.Returned(func() {
			happens.Set()
			happens.Clear()
			for range 2 * len(waiting) {
				late = append(late, happens.Wait(canceled))
			}
		})
		// An answer may let Set wait until that one is ready.
		spec.Quiet(ctx)
		busy.answer()
		spec.AwaitClosed(ctx, pulse)
		Expect(late).To(HaveEach(MatchError(context.Canceled)), "Wait, with a context that has ended, after the Clear")
		do(ctx, happens.Set)
		pass(ctx, waiting)
	})

	It("lets those go on that a Set has woken before their context ended", spec.Worth(1), func(ctx SpecContext) {
		for _, then := range []func(){happens.Clear, func() {}} {
			ending, cancel := context.WithCancel(ctx)
			defer cancel()
			waiting := waiters(ending, happens, crowd)
			spec.Settled(ctx, waiting...)
			do(ctx, func() {
				happens.Set()
				then()
				cancel()
			})
			pass(ctx, waiting)
		}
	})

	It("orders what one caller does and what the next one does", spec.Worth(2), func(ctx SpecContext) {
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		told := 0
		// Those that report true were told by the event that somebody has set it.
		sets := func(e *event.Event) bool { told++; e.Set(); return false }
		waits := func(e *event.Event) bool { return e.Wait(ctx) == nil }
		passes := func(e *event.Event) bool { return e.Wait(canceled) == nil }
		asks := func(e *event.Event) bool { return e.IsSet() }
		clears := func(e *event.Event) bool { e.Clear(); return false }
		for _, pair := range [][]func(*event.Event) bool{
			{sets, waits}, {sets, passes}, {sets, asks}, {waits, sets}, {asks, sets}, {passes, sets},
			{sets, clears}, {clears, sets}, {clears, clears}, {clears, asks}, {asks, clears}, {asks, asks},
			{clears, passes}, {passes, clears}, {passes, passes},
		} {
			// Nothing but the event tells the one goroutine of the other, though one
			// comes after the other.
			happens := event.New()
			told = 0
			leaveOne := visit(ctx, happens, pair[0], &told)
			spec.Quiet(ctx)
			leaveOther := visit(ctx, happens, pair[1], &told)
			leaveOne()
			leaveOther()
		}
	})
})

// visit makes a call, and reads what is told to those that the event has told of
// it, in a goroutine that lives on until it is let go.
func visit(ctx context.Context, happens *event.Event, call func(*event.Event) bool, told *int) (leave func()) {
	// Asked for here, since asking orders those who ask.
	over, ended := make(chan struct{}), ctx.Done()
	seen := 0
	gone := spec.Returned(func() {
		if call(happens) {
			seen = *told
		} else {
			seen = 1
		}
		select {
		case <-over:
		case <-ended:
		}
	})
	return func() {
		GinkgoHelper()
		close(over)
		spec.AwaitClosed(ctx, gone)
		Expect(seen).To(Equal(1), "what was done before Set is seen by those it wakes")
	}
}
