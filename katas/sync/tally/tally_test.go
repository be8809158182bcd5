package tally_test

import (
	"errors"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/tally"
)

func TestTally(t *testing.T) { spec.Run(t) }

var _ = Describe("A tally", func() {
	var counts *tally.Tally

	BeforeEach(func() { counts = tally.New() })

	It("counts each name from 0", spec.Worth(1), func(ctx SpecContext) {
		Expect(counts.Snapshot()).To(BeEmpty(), "the names of a new tally")
		Expect(counts.Count("apple")).To(Equal(0))
		Expect(counts.Add("apple", 1)).To(Equal(1))
		Expect(counts.Add("apple", 2)).To(Equal(3))
		Expect(counts.Add("pear", -5)).To(Equal(-5))
		Expect(counts.Add("", 7)).To(Equal(7), "the empty name is a name like any other")
		Expect(counts.Add("apple", -3)).To(Equal(0))
		Expect(counts.Add("plum", 0)).To(Equal(0))
		Expect(counts.Count("apple")).To(Equal(0))
		Expect(counts.Count("pear")).To(Equal(-5))
		Expect(counts.Count("cherry")).To(Equal(0))
		Expect(counts.Snapshot()).To(Equal(map[string]int{"apple": 0, "pear": -5, "": 7, "plum": 0}),
			"every name that was counted, and no name that was only asked for")
	})

	It("shares nothing with another tally", spec.Worth(1), func(ctx SpecContext) {
		other := tally.New()
		Expect(counts.Add("apple", 1)).To(Equal(1))
		Expect(other.Count("apple")).To(Equal(0))
		Expect(other.Add("apple", 5)).To(Equal(5))
		Expect(other.Drain()).To(Equal(map[string]int{"apple": 5}))
		Expect(counts.Snapshot()).To(Equal(map[string]int{"apple": 1}))
		Expect(tally.New().Snapshot()).To(BeEmpty())
	})

	It("makes of a count what it is told to", spec.Worth(1), func(ctx SpecContext) {
		double := func(count int) int { return 2 * count }
		counts.Add("apple", 21)
		Expect(counts.Update("apple", double)).To(Equal(42))
		Expect(counts.Update("pear", double)).To(Equal(0))
		Expect(counts.Update("plum", func(count int) int { return count - 1 })).To(Equal(-1))
		Expect(counts.Snapshot()).To(Equal(map[string]int{"apple": 42, "pear": 0, "plum": -1}))
	})

	It("is as it was after a change that panics", spec.Worth(1), func(ctx SpecContext) {
		counts.Add("apple", 1)
		// Whoever recovers knows what was thrown by what it is, and not by its text.
		reason := errors.New("no such fruit")
		for _, name := range []string{"apple", "pear"} {
			Expect(func() {
				counts.Update(name, func(int) int { panic(reason) })
			}).To(PanicWith(BeIdenticalTo(reason)))
		}
		// In goroutines of their own, so that a lock that was not given back is told
		// as what it is.
		count := spec.Await(ctx, spec.Go(func() int { return counts.Add("apple", 1) }))
		Expect(count).To(Equal(2))
		seen := spec.Await(ctx, spec.Go(counts.Snapshot))
		Expect(seen).To(Equal(map[string]int{"apple": 2}))
	})

	It("hands out snapshots that are the caller's alone", spec.Worth(1), func(ctx SpecContext) {
		counts.Add("apple", 1)
		first, second := counts.Snapshot(), counts.Snapshot()
		counts.Add("apple", 1)
		counts.Add("pear", 1)
		Expect(first).To(Equal(map[string]int{"apple": 1}), "a snapshot, after the tally went on counting")
		first["apple"] = 100
		first["plum"] = 100
		Expect(second).To(Equal(map[string]int{"apple": 1}), "a snapshot, after the caller changed another")
		Expect(counts.Snapshot()).To(Equal(map[string]int{"apple": 2, "pear": 1}), "the tally, after the caller changed a snapshot of it")
		// A map in which there is nothing is the caller's too.
		counts.Drain()
		for _, empty := range []map[string]int{counts.Snapshot(), counts.Drain(), tally.New().Snapshot(), tally.New().Drain()} {
			empty["apple"] = 100
		}
		Expect(counts.Snapshot()).To(BeEmpty(), "the tally, after the caller changed an empty snapshot of it")
	})

	It("starts again from 0 when it was drained", spec.Worth(1), func(ctx SpecContext) {
		Expect(counts.Drain()).To(BeEmpty())
		counts.Add("apple", 3)
		counts.Add("pear", 1)
		counts.Add("pear", -1)
		drained := counts.Drain()
		Expect(counts.Snapshot()).To(BeEmpty())
		Expect(counts.Count("apple")).To(Equal(0))
		Expect(counts.Add("apple", 1)).To(Equal(1))
		Expect(drained).To(Equal(map[string]int{"apple": 3, "pear": 0}), "what was drained, after the tally went on counting")
		drained["apple"] = 100
		Expect(counts.Drain()).To(Equal(map[string]int{"apple": 1}))
	})

	It("starts nothing that outlives a call", spec.Worth(1), func(ctx SpecContext) {
		counts.Add("apple", 1)
		counts.Update("apple", func(count int) int { return count + 1 })
		counts.Count("apple")
		counts.Snapshot()
		counts.Drain()
	})
})
