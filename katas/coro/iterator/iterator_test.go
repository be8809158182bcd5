package iterator_test

import (
	"errors"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/coro/iterator"
)

func TestIterator(t *testing.T) { spec.Run(t) }

var _ = Describe("An iterator", func() {
	It("hands out every item in order, and then says that there are no more", spec.Worth(1), func() {
		for _, kind := range everyKind() {
			Expect(rest(kind.make())).To(Equal(kind.want), kind.name)
		}
		Expect(rest(iterator.Of[int]().Iterator())).To(BeEmpty(), "a list of nothing")

		// Nil is an item, and no end.
		broken, whole := errors.New("broken"), error(nil)
		Expect(rest(iterator.Of(whole, broken, whole).Iterator())).To(Equal([]error{whole, broken, whole}))
		Expect(rest(iterator.From(valuesOf(whole, broken, whole)))).To(Equal([]error{whole, broken, whole}))
		Expect(rest(iterator.Filter(iterator.Of(broken, whole, whole).Iterator(), func(err error) bool { return err == nil }))).
			To(Equal([]error{whole, whole}))
	})

	It("stays exhausted", spec.Worth(1), func() {
		for _, kind := range everyKind() {
			it := kind.make()
			rest(it)
			for range 3 {
				item, ok := it.Next()
				Expect(ok).To(BeFalse(), "%s: Next after its first false", kind.name)
				Expect(item).To(BeZero(), "%s: the item that comes with false", kind.name)
			}
			it.Stop()
			Expect(rest(it)).To(BeEmpty(), "%s, stopped as well", kind.name)
		}

		revives := &handmade{items: []int{1, 2}, revives: true}
		evens := iterator.Filter[int](revives, even)
		Expect(rest(evens)).To(Equal([]int{2}))
		Expect(rest(evens)).To(BeEmpty(), "a filter of a source that has items again")
		Expect(revives.asked.Load()).To(BeEquivalentTo(3), "how often the filter asked its source")
	})

	It("knows nothing of another over the same items", spec.Worth(1), func() {
		list := iterator.Of(1, 2, 3)
		seq := valuesOf(1, 2, 3)
		for name, create := range map[string]func() iterator.Iterator[int]{
			"of a list":     list.Iterator,
			"of a sequence": func() iterator.Iterator[int] { return iterator.From(seq) },
			"of filtered": func() iterator.Iterator[int] {
				return iterator.Filter(list.Iterator(), func(int) bool { return true })
			},
		} {
			one, other := create(), create()
			Expect(some(2, one)).To(Equal([]int{1, 2}), "one iterator %s", name)
			Expect(some(1, other)).To(Equal([]int{1}), "another iterator %s", name)
			one.Stop()
			Expect(rest(one)).To(BeEmpty(), "an iterator %s that was stopped", name)
			Expect(rest(other)).To(Equal([]int{2, 3}), "an iterator %s, after another was stopped", name)
			Expect(rest(create())).To(Equal([]int{1, 2, 3}), "a new iterator %s, after others are through", name)
		}
	})

	It("serves two goroutines that have one each", spec.Worth(1), func(ctx SpecContext) {
		list := iterator.Of(1, 2, 3, 4)
		seq := valuesOf(1, 2, 3, 4)
		for name, create := range map[string]func() iterator.Iterator[int]{
			"of a list":     list.Iterator,
			"of a sequence": func() iterator.Iterator[int] { return iterator.From(seq) },
			"of filtered": func() iterator.Iterator[int] {
				return iterator.Filter(list.Iterator(), func(int) bool { return true })
			},
		} {
			together := spec.Gate(2)
			loop := func() []int {
				if together.Enter(ctx) != nil {
					return nil
				}
				return rest(create())
			}
			for _, call := range []<-chan []int{spec.Go(loop), spec.Go(loop)} {
				seen := spec.Await(ctx, call)
				Expect(seen).To(Equal([]int{1, 2, 3, 4}), "an iterator %s in one of two goroutines", name)
			}
		}
	})

	Describe("that filters", func() {
		It("asks its source as often as it takes, and no more", spec.Worth(1), func(ctx SpecContext) {
			source := &handmade{items: []int{1, 2, 3, 5, 4, 6, 7}}
			var judged []int
			evens := iterator.Filter[int](source, func(item int) bool {
				judged = append(judged, item)
				return even(item)
			})
			spec.Quiet(ctx)
			Expect(source.asked.Load()).To(BeZero(), "how often the source was asked before anybody wanted an item")

			for _, step := range []struct {
				item  int
				asked int
			}{{2, 2}, {4, 5}, {6, 6}} {
				Expect(some(1, evens)).To(Equal([]int{step.item}))
				spec.Quiet(ctx)
				Expect(source.asked.Load()).To(BeEquivalentTo(step.asked), "how often the source was asked for items up to %d", step.item)
			}
			Expect(rest(evens)).To(BeEmpty())
			Expect(judged).To(Equal(source.items), "the items that keep was called with")
		})

		It("passes Stop on to its source", spec.Worth(1), func() {
			for asked := range 3 {
				source := &handmade{items: []int{2, 4, 6, 8}, heedless: true}
				evens := iterator.Filter[int](source, even)
				some(asked, evens)
				evens.Stop()
				Expect(source.stopped.Load()).To(BeNumerically(">=", 1), "how often the source was stopped, after %d items", asked)
				Expect(rest(evens)).To(BeEmpty(), "a filter that was stopped after %d items", asked)
				Expect(source.asked.Load()).To(BeEquivalentTo(asked), "how often the source was asked in all")
			}
		})
	})
})
