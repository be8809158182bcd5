package barrier_test

import (
	"context"
	"fmt"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/barrier"
)

// deliberate returns a barrier whose action runs until it is told to finish, and a
// channel on which it tells that it does.
func deliberate(ctx context.Context, parties int) (b *barrier.Barrier, running <-chan struct{}, finish func()) {
	began, end := make(chan struct{}, 32), make(chan struct{})
	b = barrier.New(parties, func() {
		began <- struct{}{}
		select {
		case <-end:
		case <-ctx.Done():
		}
	})
	return b, began, func() { close(end) }
}

var _ = Describe("A generation of a barrier", func() {
	It("follows another a thousand times", spec.Worth(2), func(ctx SpecContext) {
		const parties, times = 4, 1000
		// Nothing but the barrier orders who reads and writes these.
		var (
			turns      [parties]int
			generation int
			uneven     string
		)
		b := barrier.New(parties, func() {
			generation++
			for _, turn := range turns {
				if turn != generation && uneven == "" {
					uneven = fmt.Sprintf("in generation %d, the parties have come %v times", generation, turns)
				}
			}
		})
		var calls []<-chan error
		for party := range parties {
			calls = append(calls, spec.Go(func() (wrong error) {
				for turn := 1; turn <= times; turn++ {
					turns[party] = turn
					if _, err := b.Wait(ctx); err != nil {
						return err
					}
					if generation != turn && wrong == nil {
						wrong = fmt.Errorf("a party was let go for the %d. time after %d generations", turn, generation)
					}
				}
				return wrong
			}))
		}
		for _, call := range calls {
			err := spec.Await(ctx, call)
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(uneven).To(BeEmpty())
		Expect(generation).To(Equal(times))
	})

	It("is not lapped by a fast party of the next", spec.Worth(2), func(ctx SpecContext) {
		// The fast ones come while the action runs, so that they are there before the
		// slow ones can be let go.
		const parties = 8
		b, running, finish := deliberate(ctx, parties)
		var slow, fast []<-chan visit
		for range parties {
			slow = append(slow, arrive(ctx, b))
		}
		spec.Await(ctx, running)
		for range parties - 1 {
			fast = append(fast, arrive(ctx, b))
		}
		spec.Settled(ctx, append(slow, fast...)...)
		finish()
		pass(ctx, slow...)
		spec.Settled(ctx, fast...)
		pass(ctx, append(fast, arrive(ctx, b))...)

		const times = 12
		type meeting struct {
			b    *barrier.Barrier
			slow []<-chan visit
		}
		meetings := make([]meeting, times)
		for i := range meetings {
			b := barrier.New(3, nil)
			meetings[i] = meeting{b, []<-chan visit{arrive(ctx, b), arrive(ctx, b)}}
		}
		spec.Quiet(ctx)
		for _, m := range meetings {
			// The fast one is back as soon as it can be, and may be so before the slow ones
			// have so much as woken up.
			var passed atomic.Int64
			fast := spec.Returned(func() {
				for range 3 {
					if _, err := m.b.Wait(ctx); err == nil {
						passed.Add(1)
					}
				}
			})
			pass(ctx, m.slow...)
			for times := int64(1); times <= 2; times++ {
				spec.Quiet(ctx)
				Expect(passed.Load()).To(Equal(times), "how often the fast party was let go, when the others have arrived %d times", times)
				pass(ctx, arrive(ctx, m.b), arrive(ctx, m.b))
			}
			spec.AwaitClosed(ctx, fast)
		}
	})

	It("lets nobody go while its action runs", spec.Worth(2), func(ctx SpecContext) {
		b, running, finish := deliberate(ctx, 3)
		calls := arriveInOrder(ctx, b, 2)
		Expect(running).NotTo(Receive(), "the action runs, though only 2 of 3 have arrived")
		calls = append(calls, arrive(ctx, b))
		spec.Await(ctx, running)
		spec.Settled(ctx, calls...)
		// It came while the action runs, and has to wait for the next two.
		late := arrive(ctx, b)
		spec.Settled(ctx, append(calls, late)...)
		finish()
		pass(ctx, calls...)
		spec.Settled(ctx, late)
		pass(ctx, arrive(ctx, b), arrive(ctx, b), late)
	})

	It("runs its action once, if it is complete", spec.Worth(1), func(ctx SpecContext) {
		var ran atomic.Int64
		b := barrier.New(3, func() { ran.Add(1) })
		for generation := int64(1); generation <= 3; generation++ {
			calls := arriveInOrder(ctx, b, 2)
			pass(ctx, append(calls, arrive(ctx, b))...)
			spec.Quiet(ctx)
			Expect(ran.Load()).To(Equal(generation), "how often the action ran in %d generations", generation)
		}
		impatient, giveUp := context.WithCancel(ctx)
		defer giveUp()
		calls := arriveInOrder(impatient, b, 2)
		giveUp()
		for _, call := range calls {
			Expect(spec.Await(ctx, call).err).To(MatchError(barrier.ErrBroken))
		}
		Expect(ran.Load()).To(Equal(int64(3)), "how often the action ran in 3 generations and one that was broken")
	})
})
