package future_test

import (
	"context"
	"errors"
	"fmt"
	"iter"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/future"
)

// several returns quick futures that are named after their place.
func several(count int) []*future.Future[string] {
	var futures []*future.Future[string]
	for place := range count {
		futures = append(futures, quick(fmt.Sprint(place)))
	}
	return futures
}

// names ranges over a sequence and returns the values of the futures. It breaks
// after count of them.
func names(ctx context.Context, count int, seq iter.Seq[*future.Future[string]]) []string {
	came := []string{}
	for f := range seq {
		came = append(came, result(ctx, f).value)
		if len(came) == count {
			break
		}
	}
	return came
}

// endless is more than any sequence has.
const endless = 1000

var _ = Describe("A loop over futures", func() {
	It("gets them in the order of their outcomes", spec.Worth(1), func(ctx SpecContext) {
		futures, came := several(5), make(chan string, 10)
		loop := spec.Returned(func() {
			for f := range future.AsCompleted(ctx, futures...) {
				came <- result(ctx, f).value
			}
		})
		spec.Quiet(ctx)
		Expect(came).NotTo(Receive(), "a future came, and none has an outcome")
		for _, place := range []int{4, 1, 3, 0} {
			run(ctx, futures[place])
			Expect(spec.Await(ctx, came)).To(Equal(fmt.Sprint(place)))
		}
		spec.Quiet(ctx)
		Expect(loop).NotTo(BeClosed(), "the loop ended before its last future came")
		Expect(cancel(ctx, futures[2])).To(BeTrue())
		Expect(spec.Await(ctx, came)).To(BeEmpty(), "the value of a future that was cancelled")
		spec.AwaitClosed(ctx, loop)
	})

	It("gets them in that order, too, if it was busy, and holds up nobody", spec.Worth(1), func(ctx SpecContext) {
		futures := several(6)
		run(ctx, futures[3])
		run(ctx, futures[5])
		came := spec.Await(ctx, spec.Go(func() (came []string) {
			for f := range future.AsCompleted(ctx, futures...) {
				came = append(came, result(ctx, f).value)
				if len(came) == 1 {
					for _, place := range []int{4, 0, 2, 1} {
						futures[place].Run()
					}
				}
			}
			return came
		}))
		Expect(came[:min(2, len(came))]).To(ConsistOf("3", "5"), "those that had an outcome when the loop began")
		Expect(came[2:]).To(Equal([]string{"4", "0", "2", "1"}), "those that got theirs during the loop's first body")
	})

	It("leaves nothing behind, and nobody waiting, when it is left", spec.Worth(2), func(ctx SpecContext) {
		// A context that never ends: whoever waits for its end waits for ever.
		never := context.WithoutCancel(ctx)
		leave := []func(seq iter.Seq[*future.Future[string]]){
			func(seq iter.Seq[*future.Future[string]]) { names(ctx, 1, seq) },
			func(seq iter.Seq[*future.Future[string]]) {
				Expect(func() {
					for range seq {
						panic(errMishap)
					}
				}).To(PanicWith(BeIdenticalTo(errMishap)))
			},
			func(seq iter.Seq[*future.Future[string]]) {
				next, stop := iter.Pull(seq)
				next()
				stop()
			},
		}
		for _, way := range leave {
			futures := several(5)
			seq := future.AsCompleted(never, futures...)
			run(ctx, futures[3])
			spec.AwaitClosed(ctx, spec.Returned(func() { way(seq) }))
			// Now nobody is there who would take these.
			run(ctx, futures[4])
			run(ctx, futures[2])
			Expect(cancel(ctx, futures[0])).To(BeTrue())
		}
	})

	It("ends when its context ends", spec.Worth(1), func(ctx SpecContext) {
		futures := several(3)
		run(ctx, futures[1])
		waiting, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		loop := spec.Go(func() []string { return names(ctx, endless, future.AsCompleted(waiting, futures...)) })
		spec.Settled(ctx, loop)
		stop(errors.New("whatever the cause"))
		Expect(spec.Await(ctx, loop)).To(Equal([]string{"1"}))
		run(ctx, futures[0])

		again := spec.Go(func() []string { return names(ctx, endless, future.AsCompleted(waiting, futures[2])) })
		Expect(spec.Await(ctx, again)).To(BeEmpty(), "the context has ended, and the future has no outcome")
	})

	It("starts afresh each time, and beside others", spec.Worth(1), func(ctx SpecContext) {
		futures := several(4)
		seq := future.AsCompleted(ctx, futures...)
		run(ctx, futures[0])
		loop := func() []string { return names(ctx, endless, seq) }
		left := spec.Go(func() []string { return names(ctx, 2, seq) })
		one, other := spec.Go(loop), spec.Go(loop)
		spec.Settled(ctx, left, one, other)
		for _, place := range []int{2, 1, 3} {
			run(ctx, futures[place])
		}
		Expect(spec.Await(ctx, left)).To(Equal([]string{"0", "2"}))
		Expect(spec.Await(ctx, one)).To(Equal([]string{"0", "2", "1", "3"}))
		Expect(spec.Await(ctx, other)).To(Equal([]string{"0", "2", "1", "3"}))
		Expect(spec.Await(ctx, spec.Go(loop))).To(ConsistOf("0", "1", "2", "3"), "of a loop after the others")
		Expect(spec.Await(ctx, spec.Go(func() []string { return names(ctx, endless, future.AsCompleted[string](ctx)) }))).To(BeEmpty(), "of no futures")

		// Whether it comes once or twice is left open, not whether the loop ends.
		twice := future.AsCompleted(ctx, futures[0], futures[1], futures[0])
		Expect(spec.Await(ctx, spec.Go(func() []string { return names(ctx, endless, twice) }))).To(ContainElements("0", "1"), "of a future that was given twice")
	})
})
