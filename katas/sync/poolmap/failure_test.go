package poolmap_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/poolmap"
)

var _ = Describe("A map", func() {
	When("something fails", func() {
		It("ends with the first error, and cancels the rest", spec.Worth(2), func(ctx SpecContext) {
			s, items := open(ctx), &source{length: endless}
			loop := gather(items.mapping(ctx, 3, s.heed))
			guests := s.next(ctx, 3)
			guests[0].leave()
			guests[3] = s.next(ctx, 1)[3]
			for _, item := range []int{1, 2, 3} {
				Expect(guests[item].ctx.Err()).NotTo(HaveOccurred(), "the context of a call, and nothing has failed yet")
			}
			// Neither the oldest call nor the newest.
			guests[2].door <- pair{"dropped", errMishap}
			expectFailure(spec.Await(ctx, loop), errMishap)
			Expect(items.taken.Load()).To(BeEquivalentTo(4), "items taken, of which three had no result when a call failed")
			Expect(items.ended.Load()).To(BeEquivalentTo(1), "how often the source ended")
		})

		It("tells the calls at once, whatever the loop does", spec.Worth(1), func(ctx SpecContext) {
			s, items := open(ctx), &source{length: endless}
			busy, leave := make(chan bool, 1), make(chan struct{})
			loop := spec.Go(func() (pairs []pair) {
				for value, err := range items.mapping(ctx, 3, s.heed) {
					pairs = append(pairs, pair{value, err})
					if len(pairs) == 1 {
						busy <- true
						select {
						case <-leave:
						case <-ctx.Done():
						}
					}
				}
				return pairs
			})
			guests := s.next(ctx, 3)
			guests[0].leave()
			spec.Await(ctx, busy)
			guests[2].door <- pair{err: errMishap}
			spec.AwaitClosed(ctx, guests[1].ctx.Done(), "a call has failed, the loop's body is busy, and another call is not told")
			spec.Settled(ctx, loop)
			close(leave)
			expectFailure(spec.Await(ctx, loop), errMishap)
			Expect(items.taken.Load()).To(BeNumerically("<=", 4))

			// Whoever ranges over this source is there for nothing else.
			s = open(ctx)
			waits, goOn := make(chan bool, 1), make(chan struct{})
			var slow iter.Seq[int] = func(yield func(int) bool) {
				for item := range 2 {
					if !yield(item) {
						return
					}
				}
				waits <- true
				select {
				case <-goOn:
				case <-ctx.Done():
				}
			}
			loop = gather(poolmap.Map(ctx, 3, slow, s.heed))
			guests = s.next(ctx, 2)
			spec.Await(ctx, waits)
			guests[1].door <- pair{err: errMishap}
			spec.AwaitClosed(ctx, guests[0].ctx.Done(), "a call has failed, the source waits, and another call is not told")
			close(goOn)
			expectFailure(spec.Await(ctx, loop), errMishap)
		})

		It("tells of the call that failed first, and not of those that were cancelled for it", spec.Worth(1), func(ctx SpecContext) {
			const n = 8
			for failing := range n {
				s, items := open(ctx), &source{length: endless}
				loop := gather(items.mapping(ctx, n, s.heed))
				s.next(ctx, n)[failing].door <- pair{err: errMishap}
				Expect(spec.Await(ctx, loop)).To(Equal([]pair{{err: errMishap}}), "the call for item %d failed, and all others waited for the end of their context", failing)
			}

			// Nothing orders these two, so it may be either.
			together, errOther := spec.Gate(2), errors.New("of the other call")
			pairs := spec.Await(ctx, gather((&source{length: 2}).mapping(ctx, 2, func(_ context.Context, item int) (string, error) {
				Expect(together.Enter(ctx)).To(Succeed())
				return "", []error{errMishap, errOther}[item]
			})))
			Expect(pairs).To(HaveLen(1), "of two calls that failed at once")
			Expect(pairs[0].err).To(BeElementOf(errMishap, errOther))
		})

		It("tells of calls and sources that panic, and of calls that end their goroutine", spec.Worth(2), func(ctx SpecContext) {
			expectPanic := func(pairs []pair, value any) {
				GinkgoHelper()
				Expect(pairs).NotTo(BeEmpty())
				var told *poolmap.PanicError
				Expect(errors.As(pairs[len(pairs)-1].err, &told)).To(BeTrue(), "the last error is %v, and no *PanicError", pairs[len(pairs)-1].err)
				Expect(told.Value).To(BeIdenticalTo(value))
				Expect(told.Error()).To(ContainSubstring(fmt.Sprint(value)))
				expectFailure(pairs, told)
			}
			for _, value := range []any{errMishap, "some text", 42, [2]byte{97, 98}} {
				items := &source{length: endless}
				expectPanic(spec.Await(ctx, gather(items.mapping(ctx, 3, func(_ context.Context, item int) (string, error) {
					if item == 5 {
						panic(value)
					}
					return good(item).value, nil
				}))), value)
				Expect(items.ended.Load()).To(BeEquivalentTo(1), "how often the source ended")

				var broken iter.Seq[int] = func(yield func(int) bool) {
					for item := range 5 {
						if !yield(item) {
							return
						}
					}
					panic(value)
				}
				s := open(ctx)
				loop := gather(poolmap.Map(ctx, 6, broken, s.heed))
				expectPanic(spec.Await(ctx, loop), value)
				Expect(s.running.Load()).To(BeZero(), "calls that run when the loop is over")
			}

			items := &source{length: endless}
			expectFailure(spec.Await(ctx, gather(items.mapping(ctx, 3, func(_ context.Context, item int) (string, error) {
				if item == 5 {
					runtime.Goexit()
				}
				return good(item).value, nil
			})), "a loop of which a call ended its goroutine"), poolmap.ErrExited)
		})
	})
})
