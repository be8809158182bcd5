package poolmap_test

import (
	"context"
	"math"
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/poolmap"
)

func TestPoolMap(t *testing.T) { spec.Run(t) }

var _ = Describe("A map", func() {
	It("gives results in the order of the items", spec.Worth(1), func(ctx SpecContext) {
		for _, n := range []int{1, 2, 5, 100} {
			for _, length := range []int{0, 1, 7} {
				items := &source{length: length}
				Expect(spec.Await(ctx, gather(items.mapping(ctx, n, quick)))).To(Equal(goods(length)), "%d items, up to %d at once", length, n)
				Expect(items.taken.Load()).To(BeEquivalentTo(length))
				Expect(items.ended.Load()).To(BeEquivalentTo(1), "how often the source ended")
			}
		}

		s, items := open(ctx), &source{length: 4}
		loop := gather(items.mapping(ctx, 4, s.hold))
		guests := s.next(ctx, 4)
		for _, item := range []int{3, 1, 2} {
			guests[item].leave()
			spec.Settled(ctx, loop)
		}
		guests[0].leave()
		Expect(spec.Await(ctx, loop)).To(Equal(goods(4)), "of calls that came back in another order")
	})

	It("has as many calls at work at once as it may, and never more", spec.Worth(1), func(ctx SpecContext) {
		for _, n := range []int{1, 3, 8} {
			s, items, together := open(ctx), &source{length: 5 * n}, spec.Gate(n)
			loop := gather(items.mapping(ctx, n, func(_ context.Context, item int) (string, error) {
				s.enter()
				defer s.leave()
				return good(item).value, together.Enter(ctx)
			}))
			Expect(spec.Await(ctx, loop)).To(Equal(goods(5 * n)))
			Expect(s.most.Load()).To(BeEquivalentTo(n), "calls at once")
		}
	})

	It("lets calls come to their end when the source has ended", spec.Worth(1), func(ctx SpecContext) {
		s, items := open(ctx), &source{length: 3}
		loop := gather(items.mapping(ctx, 4, s.heed))
		guests := s.next(ctx, 3)
		spec.Settled(ctx, loop)
		for item := range 3 {
			Expect(guests[item].ctx.Err()).NotTo(HaveOccurred(), "the context of a call, when there are no more items")
			guests[item].leave()
		}
		Expect(spec.Await(ctx, loop)).To(Equal(goods(3)))
	})

	It("takes an item when a call can begin with it, and not before", spec.Worth(2), func(ctx SpecContext) {
		const n = 3
		s, items := open(ctx), &source{length: endless}
		seq := items.mapping(ctx, n, s.hold)
		spec.Quiet(ctx)
		Expect(items.begun.Load()).To(BeZero(), "the source was begun before a loop was")

		came, goOn := make(chan string, 1), make(chan bool, 1)
		loop := spec.Returned(func() {
			for value := range seq {
				came <- value
				if on, open := <-goOn; !on || !open {
					break
				}
			}
		})
		DeferCleanup(func() { close(goOn) })
		guests := s.next(ctx, n)
		spec.Quiet(ctx)
		Expect(items.taken.Load()).To(BeEquivalentTo(n), "items taken when the loop waits for its first result")

		guests[0].leave()
		Expect(spec.Await(ctx, came)).To(Equal(good(0).value))
		spec.Quiet(ctx)
		Expect(items.taken.Load()).To(BeNumerically("<=", 1+n), "items taken when the loop is busy with its first result")
		goOn <- true
		spec.Quiet(ctx)
		Expect(items.taken.Load()).To(BeEquivalentTo(1+n), "items taken when the loop waits for its second result")
		Expect(s.running.Load()).To(BeEquivalentTo(n), "calls that run when the loop waits for its second result")

		// These can't be given before that of item 1.
		guests[2].leave()
		s.next(ctx, 1)[3].leave()
		spec.Quiet(ctx)
		Expect(items.taken.Load()).To(BeEquivalentTo(1+n), "items taken when the loop waits for its second result, and others are there")
		guests[1].leave()
		Expect(spec.Await(ctx, came)).To(Equal(good(1).value))
		goOn <- true
		Expect(spec.Await(ctx, came)).To(Equal(good(2).value))
		spec.Quiet(ctx)
		Expect(items.taken.Load()).To(BeNumerically("<=", 3+n), "items taken when the loop is busy with its third result")

		goOn <- false
		spec.Quiet(ctx)
		for more := true; more; {
			select {
			case guest := <-s.arrived:
				guest.leave()
			default:
				more = false
			}
		}
		spec.AwaitClosed(ctx, loop)
	})

	It("takes from an endless source what the loop needs", spec.Worth(1), func(ctx SpecContext) {
		for _, n := range []int{1, 4} {
			for count := 1; count <= 5; count++ {
				items := &source{length: endless}
				left := spec.Go(func() []pair { return all(count, items.mapping(ctx, n, quick)) })
				Expect(spec.Await(ctx, left)).To(Equal(goods(count)))
				Expect(items.taken.Load()).To(BeNumerically("<=", count+n), "items taken when the loop is left after %d of them, with up to %d at once", count, n)
				Expect(items.ended.Load()).To(BeEquivalentTo(1), "how often the source ended")
			}
		}
	})

	It("makes a loop wait without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		s, items := open(ctx), &source{length: endless}
		loop := spec.Go(func() []pair { return all(1, items.mapping(ctx, 2, s.heed)) })
		guests := s.next(ctx, 2)
		// One call has returned, and its result has to wait.
		guests[1].leave()
		spec.Idle(ctx)
		spec.Settled(ctx, loop)
		guests[0].leave()
		Expect(spec.Await(ctx, loop)).To(Equal(goods(1)))
	})

	It("refuses a limit below 1, and pays nothing for one that is never reached", spec.Worth(1), func(ctx SpecContext) {
		items := &source{length: 3}
		// Nobody ranges over these: making them is the mistake.
		Expect(func() { items.mapping(ctx, 0, quick) }).To(Panic())
		Expect(func() { items.mapping(ctx, -1, quick) }).To(Panic())
		s := open(ctx)
		loop := gather(items.mapping(ctx, math.MaxInt, s.hold))
		for _, guest := range s.next(ctx, 3) {
			guest.leave()
		}
		Expect(spec.Await(ctx, loop)).To(Equal(goods(3)))
	})

	It("starts each loop afresh, and beside others", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx)
		seq := poolmap.Map(ctx, 2, slices.Values([]int{0, 1, 2}), s.hold)
		// Each has as many calls as if it were alone, and is over when its own are.
		one := gather(seq)
		guests := s.next(ctx, 2)
		other := gather(seq)
		others := s.next(ctx, 2)
		guests[0].leave()
		guests[1].leave()
		s.next(ctx, 1)[2].leave()
		Expect(spec.Await(ctx, one)).To(Equal(goods(3)))
		spec.Settled(ctx, other)
		others[0].leave()
		others[1].leave()
		s.next(ctx, 1)[2].leave()
		Expect(spec.Await(ctx, other)).To(Equal(goods(3)))

		quickly := poolmap.Map(ctx, 2, slices.Values([]int{0, 1, 2}), quick)
		inside := spec.Go(func() (inner [][]pair) {
			for range quickly {
				inner = append(inner, all(2, quickly))
			}
			return inner
		})
		Expect(spec.Await(ctx, inside)).To(Equal([][]pair{goods(2), goods(2), goods(2)}), "of loops inside a loop")
	})

	It("is collected up to the first error", spec.Worth(1), func(ctx SpecContext) {
		pairs := []pair{good(0), good(1), {"dropped", errMishap}, good(3)}
		taken := 0
		seq := func(yield func(string, error) bool) {
			for _, p := range pairs {
				taken++
				if !yield(p.value, p.err) {
					return
				}
			}
		}
		values, err := poolmap.Collect(seq)
		Expect(err).To(BeIdenticalTo(errMishap))
		Expect(values).To(Equal([]string{good(0).value, good(1).value}))
		Expect(taken).To(Equal(3), "pairs that were taken, of which the third is an error")

		pairs = pairs[:2]
		Expect(poolmap.Collect(seq)).To(Equal([]string{good(0).value, good(1).value}))
		pairs = nil
		Expect(poolmap.Collect(seq)).To(BeEmpty())
	})
})
