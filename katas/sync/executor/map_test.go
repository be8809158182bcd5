package executor_test

import (
	"context"
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/executor"
)

var _ = Describe("An executor", func() {
	When("it maps", func() {
		It("works on several items at once, and keeps their order", spec.Worth(1), func(ctx SpecContext) {
			s := open(ctx, 3)
			hold := func(ctx context.Context, name string) (string, error) { return s.hold(name)(ctx) }
			call := spread(ctx, s, hold, "a", "b", "c", "d")
			guests := map[string]guest{}
			for range 3 {
				guest := s.next(ctx)
				guests[guest.name] = guest
			}
			// The first of the items is the last to end.
			for _, name := range []string{"c", "b"} {
				guests[name].leave("result of " + name)
			}
			guest := s.next(ctx)
			Expect(guest.name).To(Equal("d"))
			guest.leave("result of d")
			spec.Settled(ctx, call)
			guests["a"].leave("result of a")
			Expect(spec.Await(ctx, call)).To(Equal(mapped{values: []string{"result of a", "result of b", "result of c", "result of d"}}))
			Expect(spec.Await(ctx, spread(ctx, s, hold)).values).To(BeEmpty(), "of no items")
		})

		It("works on all of them, and tells of the first in their order that failed", spec.Worth(1), func(ctx SpecContext) {
			s := open(ctx, 3)
			call := spread(ctx, s, func(ctx context.Context, name string) (string, error) {
				if name == "b" {
					panic("b is no good")
				}
				return s.hold(name)(ctx)
			}, "a", "b", "c", "d", "e")
			// One after the other, since each needs the worker of one before.
			fail := map[string]error{"d": errMishap}
			guests := map[string]guest{}
			for range 3 {
				guest := s.next(ctx)
				guests[guest.name] = guest
			}
			guests["d"].door <- outcome{err: fail["d"]}
			guests["c"].leave("result of c")
			guest := s.next(ctx)
			Expect(guest.name).To(Equal("e"))
			guest.leave("result of e")
			spec.Settled(ctx, call)
			guests["a"].leave("result of a")
			seen := spec.Await(ctx, call)
			var told *executor.PanicError
			Expect(errors.As(seen.err, &told)).To(BeTrue(), "b panicked, d failed, and the error is: %v", seen.err)
			Expect(told.Value).To(Equal("b is no good"))
			Expect(seen.values).To(HaveLen(5))
			Expect([]string{seen.values[0], seen.values[2], seen.values[4]}).To(Equal([]string{"result of a", "result of c", "result of e"}),
				"results of the others")
		})
	})
})
