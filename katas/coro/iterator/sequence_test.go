package iterator_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/coro/iterator"
)

var _ = Describe("An iterator made from a sequence", func() {
	It("lets the sequence run when it is asked, and not before", spec.Worth(2), func(ctx SpecContext) {
		source := &source{length: 3}
		it := iterator.From(source.items)
		// Whoever works ahead gets the time for it.
		spec.Quiet(ctx)
		Expect(source.use()).To(Equal(use{}), "what was done with the sequence before the first Next")
		for asked := 1; asked <= 3; asked++ {
			Expect(some(1, it)).To(Equal([]int{asked - 1}))
			spec.Quiet(ctx)
			Expect(source.use()).To(Equal(use{begun: 1, taken: asked}), "what was done with the sequence after %d times Next", asked)
		}
		Expect(rest(it)).To(BeEmpty())
		Expect(source.use()).To(Equal(use{begun: 1, taken: 3, ended: 1}), "what was done with the sequence in all")
		// A sequence that has no end is as good as any other.
		many := iterator.From(func(yield func(int) bool) {
			for yield(1) {
			}
		})
		Expect(some(100, many)).To(HaveLen(100))
		many.Stop()
	})

	It("ends the sequence when it is stopped", spec.Worth(2), func() {
		for asked := 1; asked <= 4; asked++ {
			source := &source{length: 4}
			it := iterator.From(source.items)
			some(asked, it)
			it.Stop()
			stopped := use{begun: 1, taken: asked, declined: 1, ended: 1}
			Expect(source.use()).To(Equal(stopped), "what was done with the sequence: Next %d times, then Stop", asked)
			Expect(rest(it)).To(BeEmpty(), "after Stop")
			it.Stop()
			Expect(source.use()).To(Equal(stopped), "Next and Stop again change nothing")
		}
	})

	It("returns from Stop when the sequence has ended", spec.Worth(1), func(ctx SpecContext) {
		over := make(chan struct{})
		it := iterator.From(func(yield func(int) bool) {
			defer func() {
				select {
				case <-over:
				case <-ctx.Done():
				}
			}()
			yield(1)
		})
		Expect(some(1, it)).To(Equal([]int{1}))
		stopped := spec.Go(func() bool { it.Stop(); return true })
		spec.Settled(ctx, stopped)
		close(over)
		spec.Await(ctx, stopped)
	})

	It("never begins a sequence that is stopped first", spec.Worth(1), func(ctx SpecContext) {
		source := &source{length: 3}
		it := iterator.From(source.items)
		it.Stop()
		Expect(rest(it)).To(BeEmpty(), "after Stop")
		it.Stop()
		spec.Quiet(ctx)
		Expect(source.use()).To(Equal(use{}), "what was done with the sequence")
	})

	It("hands a panic of the sequence to whoever made it run", spec.Worth(1), func() {
		for asked := range 3 {
			it := iterator.From(func(yield func(int) bool) {
				for item := range asked {
					yield(item)
				}
				panic(errMishap)
			})
			Expect(some(asked, it)).To(HaveLen(asked))
			Expect(func() { it.Next() }).To(PanicWith(BeIdenticalTo(errMishap)), "Next, after %d items", asked)
			Expect(rest(it)).To(BeEmpty(), "after the panic")
			it.Stop()
		}

		it := iterator.From(func(yield func(int) bool) {
			defer func() { panic(errMishap) }()
			yield(1)
		})
		Expect(some(1, it)).To(Equal([]int{1}))
		Expect(it.Stop).To(PanicWith(BeIdenticalTo(errMishap)), "Stop, of a sequence whose deferred call panics")
		Expect(rest(it)).To(BeEmpty(), "after the panic")
		it.Stop()
	})
})

var _ = Describe("An iterator that is ranged over", func() {
	It("is asked when the loop wants an item", spec.Worth(1), func(ctx SpecContext) {
		it := &handmade{items: []int{0, 1, 2, 3, 4}}
		Expect(some(1, it)).To(Equal([]int{0}))
		seq := iterator.All[int](it)
		spec.Quiet(ctx)
		Expect(it.asked.Load()).To(BeEquivalentTo(1), "how often it was asked before anybody ranged over the rest")
		Expect(it.stopped.Load()).To(BeZero(), "how often it was stopped before anybody ranged over the rest")

		var seen []int
		var asked []int
		for item := range seq {
			spec.Quiet(ctx)
			seen, asked = append(seen, item), append(asked, int(it.asked.Load()))
		}
		Expect(seen).To(Equal([]int{1, 2, 3, 4}))
		Expect(asked).To(Equal([]int{2, 3, 4, 5}), "how often it had been asked at each item")
		Expect(first(most, seq)).To(BeEmpty(), "a second loop")
	})

	It("is stopped however the loop ended", spec.Worth(2), func() {
		for _, way := range ways {
			for count := 1; count <= 3; count++ {
				it := &handmade{items: []int{0, 1, 2, 3, 4}}
				way.loop(count, iterator.All[int](it))
				Expect(it.stopped.Load()).To(BeNumerically(">=", 1), "how often it was stopped: %s at item %d", way.name, count)
				Expect(it.asked.Load()).To(BeEquivalentTo(count), "how often it was asked: %s at item %d", way.name, count)
			}
		}

		it := &handmade{items: []int{0, 1}, panics: true}
		Expect(func() { first(9, iterator.All[int](it)) }).To(PanicWith(BeIdenticalTo(errMishap)))
		Expect(it.stopped.Load()).To(BeNumerically(">=", 1), "how often it was stopped: its Next panicked")
	})

	It("finds its way back", spec.Worth(1), func() {
		for _, way := range ways {
			source := &source{length: 5}
			way.loop(2, iterator.All(iterator.Filter(iterator.From(source.items), even)))
			Expect(source.use()).To(Equal(use{begun: 1, taken: 3, declined: 1, ended: 1}),
				"what was done with a sequence in a filter in a loop: %s", way.name)
		}

		it := &handmade{items: []int{0, 1, 2}}
		again := iterator.From(iterator.All[int](it))
		Expect(some(1, again)).To(Equal([]int{0}))
		again.Stop()
		Expect(it.stopped.Load()).To(BeNumerically(">=", 1), "how often an iterator in a sequence in an iterator was stopped")
		Expect(it.asked.Load()).To(BeEquivalentTo(1))
	})
})
