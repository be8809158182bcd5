package generator_test

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/coro/generator"
)

func TestGenerator(t *testing.T) { spec.Run(t) }

var _ = Describe("A generator", func() {
	Describe("of numbers", func() {
		It("counts up, down and not at all", spec.Worth(1), func() {
			for _, row := range []struct {
				start, stop, step int
				want              []int
			}{
				{0, 4, 1, []int{0, 1, 2, 3}},
				{1, 10, 4, []int{1, 5, 9}},
				{1, 9, 4, []int{1, 5}},
				{-2, 2, 1, []int{-2, -1, 0, 1}},
				{3, 0, -1, []int{3, 2, 1}},
				{5, -5, -5, []int{5, 0}},
				{2, 2, 1, nil},
				{2, 2, -1, nil},
				{3, 0, 1, nil},
				{0, 3, -1, nil},
			} {
				Expect(first(limit, generator.Range(row.start, row.stop, row.step))).To(Equal(row.want),
					"Range(%d, %d, %d)", row.start, row.stop, row.step)
			}
		})

		It("ends where the numbers end", spec.Worth(1), func() {
			// Steps so large that one too many leaves an int, and so odd that
			// whoever goes on regardless still comes to an end some time.
			const eighth = math.MaxInt/8 + 1
			for _, row := range []struct {
				start, stop, step int
				want              []int
			}{
				{math.MaxInt - 2, math.MaxInt, 1, []int{math.MaxInt - 2, math.MaxInt - 1}},
				{math.MinInt + 2, math.MinInt, -1, []int{math.MinInt + 2, math.MinInt + 1}},
				{2 * eighth, 5 * eighth, 6 * eighth, []int{2 * eighth}},
				{-3 * eighth, -5 * eighth, -6 * eighth, []int{-3 * eighth}},
				{math.MinInt, 5 * eighth, 6 * eighth, []int{math.MinInt, -2 * eighth, 4 * eighth}},
				{7 * eighth, -eighth, math.MinInt, []int{7 * eighth}},
				// More than a float64 can tell apart.
				{0, math.MaxInt, math.MaxInt - 1, []int{0, math.MaxInt - 1}},
				{math.MinInt, math.MaxInt, math.MaxInt, []int{math.MinInt, -1, math.MaxInt - 1}},
				{math.MaxInt, -math.MaxInt, -math.MaxInt, []int{math.MaxInt, 0}},
			} {
				Expect(first(limit, generator.Range(row.start, row.stop, row.step))).To(Equal(row.want),
					"Range(%d, %d, %d)", row.start, row.stop, row.step)
			}

			numbers := first(limit, generator.Fibonacci())
			Expect(numbers).To(HaveLen(94))
			Expect(numbers[:several]).To(Equal([]uint64{0, 1, 1, 2, 3, 5, 8, 13}))
			Expect(numbers[92:]).To(Equal([]uint64{7540113804746346429, 12200160415121876738}))
		})
	})

	Describe("of what other sequences have", func() {
		It("zips, chains and slices", spec.Worth(1), func() {
			letters := slices.Values([]string{"a", "b", "c", "d", "e", "f"})
			two, none := generator.Slice(letters, 0, 2, 1), slices.Values([]string(nil))

			var pairs []string
			for letter, number := range generator.Zip(letters, generator.Fibonacci()) {
				pairs = append(pairs, fmt.Sprint(letter, number))
			}
			Expect(pairs).To(Equal([]string{"a0", "b1", "c1", "d2", "e3", "f5"}))
			for number, letter := range generator.Zip(generator.Fibonacci(), two) {
				pairs = append(pairs, fmt.Sprint(number, letter))
			}
			Expect(pairs[6:]).To(Equal([]string{"0a", "1b"}))

			Expect(first(limit, generator.Chain(two, none, letters))).To(Equal([]string{"a", "b", "a", "b", "c", "d", "e", "f"}))
			Expect(first(limit, generator.Chain[string]())).To(BeEmpty())

			for _, row := range []struct {
				start, stop, step int
				want              []string
			}{
				{0, 3, 1, []string{"a", "b", "c"}},
				{1, 6, 2, []string{"b", "d", "f"}},
				{2, math.MaxInt, 3, []string{"c", "f"}},
				{5, 100, 1, []string{"f"}},
				{6, 100, 1, nil},
				{3, 3, 1, nil},
				{4, 2, 1, nil},
			} {
				Expect(first(limit, generator.Slice(letters, row.start, row.stop, row.step))).To(Equal(row.want),
					"Slice(a to f, %d, %d, %d)", row.start, row.stop, row.step)
			}
		})

		It("refuses at once what makes no sense", spec.Worth(1), func() {
			items := slices.Values([]int{1, 2, 3})
			Expect(first(limit, generator.Range(0, 0, 1))).To(BeEmpty())
			Expect(first(limit, generator.Slice(items, 0, 0, 1))).To(BeEmpty())

			// Nobody ranges over these: making them is the mistake.
			Expect(func() { generator.Range(0, 3, 0) }).To(Panic(), "Range with step 0")
			Expect(func() { generator.Slice(items, -1, 3, 1) }).To(Panic(), "Slice with start -1")
			Expect(func() { generator.Slice(items, 0, -1, 1) }).To(Panic(), "Slice with stop -1")
			Expect(func() { generator.Slice(items, 0, 3, 0) }).To(Panic(), "Slice with step 0")
			Expect(func() { generator.Slice(items, 0, 3, -1) }).To(Panic(), "Slice with step -1")
		})
	})

	Describe("that is lazy", func() {
		It("computes nothing before it is asked", spec.Worth(1), func(ctx SpecContext) {
			// As ints, so many numbers take 16 MB or more.
			const millions = 1 << 22
			for name, numbers := range map[string]iter.Seq[int]{
				"up":   generator.Range(0, millions, 1),
				"down": generator.Range(millions, 0, -1),
			} {
				Expect(allocated(func() { first(3, numbers) })).To(BeNumerically("<", 2*millions),
					"bytes for the first three numbers of a range of %d (%s)", millions, name)
			}

			for _, kind := range composed {
				one, other := &source{length: kind.length}, &source{length: 6}
				seq := kind.over(one, other)
				// Whoever works ahead gets the time for it.
				spec.Quiet(ctx)
				Expect(one.use()).To(BeZero(), "%s touched its first source before a loop began", kind.name)
				Expect(other.use()).To(BeZero(), "%s touched its second source before a loop began", kind.name)

				var each [][2]int64
				for range seq {
					spec.Quiet(ctx)
					each = append(each, [2]int64{one.taken.Load(), other.taken.Load()})
					if len(each) == len(kind.each) {
						break
					}
				}
				Expect(each).To(Equal(kind.each), "what %s had taken from both sources at each item", kind.name)
			}
		})

		It("takes no more than it needs", spec.Worth(1), func() {
			untouched := use{}
			for _, row := range []struct {
				why           string
				over          over
				lengths       [2]int
				count         int
				first, second use
			}{
				{"Slice: 7 is the last position below 10", slice(2, 10, 5), [2]int{limit, 0}, limit, use{1, 8}, untouched},
				{"Slice: stop is not part of it", slice(0, 3, 1), [2]int{limit, 0}, limit, use{1, 3}, untouched},
				{"Slice: one step leads past stop", slice(0, 3, 5), [2]int{limit, 0}, limit, use{1, 1}, untouched},
				{"Slice: one step leads past the end of int", slice(1, math.MaxInt, math.MaxInt), [2]int{limit, 0}, limit, use{1, 2}, untouched},
				{"Slice: no position lies below stop", slice(3, 3, 1), [2]int{limit, 0}, limit, untouched, untouched},
				{"Slice: start lies beyond stop", slice(4, 2, 1), [2]int{limit, 0}, limit, untouched, untouched},
				{"Zip: the first source is the shorter one", zip, [2]int{2, limit}, limit, use{1, 2}, use{1, 2}},
				{"Zip: the second source is the shorter one", zip, [2]int{limit, 2}, limit, use{1, 3}, use{1, 2}},
				{"Zip: the first source is empty", zip, [2]int{0, limit}, limit, use{1, 0}, untouched},
				{"Zip: the loop leaves at its second item", zip, [2]int{limit, limit}, 2, use{1, 2}, use{1, 2}},
				{"Chain: the loop leaves at the last item of the first source", chain, [2]int{3, limit}, 3, use{1, 3}, untouched},
				{"With: the loop leaves at its second item", with, [2]int{limit, 0}, 2, use{1, 2}, use{1, 0}},
			} {
				one, other := &source{length: row.lengths[0]}, &source{length: row.lengths[1]}
				first(row.count, row.over(one, other))
				Expect([]use{one.use(), other.use()}).To(Equal([]use{row.first, row.second}), row.why)
			}
		})
	})

	Describe("whose loop ends", func() {
		It("stops for good when the loop is left", spec.Worth(1), func() {
			for count := 1; count <= several; count++ {
				for _, kind := range everyKind() {
					if count <= len(kind.want) {
						Expect(first(count, kind.items)).To(Equal(kind.want[:count]), kind.name)
					}
				}
			}
		})

		It("ends its sources however the loop ended", spec.Worth(2), func() {
			for _, way := range ways {
				for _, kind := range composed {
					for count := 1; count <= 3; count++ {
						one, other := &source{length: kind.length}, &source{length: 6}
						way.loop(count, kind.over(one, other))
						at := fmt.Sprintf("%s, %s at item %d", kind.name, way.name, count)
						Expect(one.ended.Load()).To(BeEquivalentTo(1), "how often the first source ended (%s)", at)
						Expect(other.ended.Load()).To(Equal(other.begun.Load()), "how often the second source ended (%s)", at)
					}
				}
			}
		})

		It("closes what it opened, once, however the loop ended", spec.Worth(1), func() {
			var journal []string
			// No item is broken unless the spec says which.
			opened, broken := 0, -1
			seq := generator.With(func() (iter.Seq[int], func()) {
				opened++
				number := opened
				note := func(event string) { journal = append(journal, fmt.Sprint(event, " ", number)) }
				items := func(yield func(int) bool) {
					defer note("ended")
					for item := range 3 {
						if item == broken {
							panic(errMishap)
						}
						if !yield(item) {
							return
						}
					}
				}
				note("opened")
				return items, func() { note("closed") }
			})
			for _, way := range ways {
				for count := 1; count <= 3; count++ {
					journal, opened = nil, 0
					way.loop(count, seq)
					Expect(journal).To(Equal([]string{"opened 1", "ended 1", "closed 1"}), "%s at item %d", way.name, count)
				}
			}

			for broken = range 3 {
				journal, opened = nil, 0
				Expect(func() { first(limit, seq) }).To(PanicWith(BeIdenticalTo(errMishap)), "items panics at item %d", broken)
				Expect(journal).To(Equal([]string{"opened 1", "ended 1", "closed 1"}), "items panics at item %d", broken)
			}

			journal, opened, broken = nil, 0, -1
			for range seq {
				first(1, seq)
				break
			}
			Expect(journal).To(Equal([]string{"opened 1", "opened 2", "ended 2", "closed 2", "ended 1", "closed 1"}), "a loop inside a loop")
		})
	})

	Describe("that several loops share", func() {
		It("starts every loop afresh, also one inside another", spec.Worth(1), func() {
			for _, kind := range everyKind() {
				Expect(first(2, kind.items)).To(Equal(kind.want[:2]), "%s, the first loop", kind.name)
				Expect(first(several, kind.items)).To(Equal(kind.want), "%s, the second loop", kind.name)
				Expect(first(several, kind.items)).To(Equal(kind.want), "%s, the third loop", kind.name)

				var outer []int
				var inner [][]int
				for item := range kind.items {
					outer = append(outer, item)
					inner = append(inner, first(several, kind.items))
					if len(outer) == several {
						break
					}
				}
				Expect(outer).To(Equal(kind.want), "%s, a loop around others", kind.name)
				Expect(inner).To(HaveEach(kind.want), "%s, the loops inside", kind.name)
			}
		})

		It("serves two goroutines at once", spec.Worth(1), func(ctx SpecContext) {
			for _, kind := range everyKind() {
				together := spec.Gate(2)
				loop := func() []int {
					Expect(together.Enter(ctx)).To(Succeed())
					return first(several, kind.items)
				}
				one, other := spec.Go(loop), spec.Go(loop)
				var seen [2][]int
				seen[0] = spec.Await(ctx, one, kind.name)
				seen[1] = spec.Await(ctx, other, kind.name)
				Expect(seen[:]).To(Equal([][]int{kind.want, kind.want}), kind.name)
			}

			// What an answer keeps for later is long made here, but not there.
			complaint := spec.Await(ctx, spec.Go(func() string { return play(ctx, newcomer) }))
			Expect(complaint).To(BeEmpty(), "of a process whose first loops are two at once")
		})
	})
})
