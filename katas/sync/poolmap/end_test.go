package poolmap_test

import (
	"context"
	"errors"
	"iter"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

// unending is a context of a type that package context doesn't know.
type unending struct {
	context.Context
	done <-chan struct{}
}

func (u unending) Done() <-chan struct{} { return u.done }

// way is one in which a loop can end. It returns when the loop is over.
type way struct {
	name string
	loop func(seq iter.Seq2[string, error])
}

// ways are those in which a loop can be left that has seen one result.
var ways = []way{
	{"left by break", func(seq iter.Seq2[string, error]) { all(1, seq) }},
	{"its body panicked", func(seq iter.Seq2[string, error]) {
		Expect(func() {
			for range seq {
				panic(errMishap)
			}
		}).To(PanicWith(BeIdenticalTo(errMishap)))
	}},
	{"stop was called", func(seq iter.Seq2[string, error]) {
		next, stop := iter.Pull2(seq)
		next()
		stop()
	}},
}

var _ = Describe("A map", func() {
	It("ends when its context ends", spec.Worth(2), func(ctx SpecContext) {
		type key struct{}
		s, items := open(ctx), &source{length: endless}
		waiting, stop := context.WithCancelCause(context.WithValue(ctx, key{}, "of the caller"))
		defer stop(nil)
		loop := gather(items.mapping(waiting, 3, s.heed))
		guests := s.next(ctx, 3)
		Expect(guests[0].ctx.Value(key{})).To(Equal("of the caller"), "a value of the context that calls are given")
		guests[0].leave()
		s.next(ctx, 1)
		spec.Settled(ctx, loop)
		stop(errors.New("a cause is not what Err returns"))
		pairs := spec.Await(ctx, loop)
		expectFailure(pairs, context.Canceled)
		Expect(pairs[len(pairs)-1].err).To(BeIdenticalTo(context.Canceled), "not what a call returned because of it")
		Expect(items.taken.Load()).To(BeEquivalentTo(4), "items taken, of which three had no result when the context ended")

		late, giveUp := context.WithDeadline(ctx, time.Unix(1, 0))
		defer giveUp()
		for over, want := range map[context.Context]error{waiting: context.Canceled, late: context.DeadlineExceeded} {
			never := &source{length: endless}
			Expect(spec.Await(ctx, gather(never.mapping(over, 3, quick)))).To(Equal([]pair{{err: want}}), "of a loop that began when its context had ended")
			Expect(never.taken.Load()).To(BeZero(), "items taken, and the context had ended before the loop began")
		}

		passing, pass := spec.Late(ctx)
		s, items = open(ctx), &source{length: endless}
		loop = gather(items.mapping(passing, 2, s.heed))
		s.next(ctx, 2)
		pass()
		Expect(spec.Await(ctx, loop)).To(Equal([]pair{{err: context.DeadlineExceeded}}), "of a loop whose context's deadline passed while it waited")
	})

	It("ends between two results, too, when its context ends", spec.Worth(1), func(ctx SpecContext) {
		waiting, stop := context.WithCancel(ctx)
		defer stop()
		items := &source{length: endless}
		loop := spec.Go(func() (pairs []pair) {
			for value, err := range items.mapping(waiting, 2, quick) {
				pairs = append(pairs, pair{value, err})
				if len(pairs) == 3 {
					stop()
				}
			}
			return pairs
		})
		expectFailure(spec.Await(ctx, loop), context.Canceled)
		Expect(items.taken.Load()).To(BeNumerically("<=", 3+2), "items taken, and the context ended when the loop had its third result")
	})

	It("is over when all calls have returned, however that came", spec.Worth(2), func(ctx SpecContext) {
		waiting, stop := context.WithCancel(ctx)
		defer stop()
		seeAll := func(seq iter.Seq2[string, error]) { all(endless, seq) }
		causes := append(ways[:len(ways):len(ways)], way{"a call has failed", seeAll}, way{"the context has ended", seeAll})
		for _, way := range causes {
			s, items := open(ctx), &source{length: endless}
			type left struct{ running, ended int64 }
			loop := spec.Go(func() left {
				way.loop(items.mapping(waiting, 3, s.hold))
				return left{s.running.Load(), items.ended.Load()}
			})
			guests := s.next(ctx, 3)
			switch way.name {
			case "a call has failed":
				guests[0].door <- pair{err: errMishap}
			case "the context has ended":
				stop()
				guests[0].leave()
			default:
				guests[0].leave()
			}
			// The others know, and take their time.
			for _, item := range []int{1, 2} {
				spec.AwaitClosed(ctx, guests[item].ctx.Done(), "%s, and the context of a call has not ended", way.name)
			}
			spec.Settled(ctx, loop)
			guests[1].leave()
			spec.Settled(ctx, loop)
			guests[2].leave()
			// Whether another call began before the loop was left is open.
			spec.Quiet(ctx)
			for more := true; more; {
				select {
				case guest := <-s.arrived:
					guest.leave()
				default:
					more = false
				}
			}
			Expect(spec.Await(ctx, loop)).To(Equal(left{running: 0, ended: 1}), "calls that run, and how often the source ended (%s)", way.name)
		}
	})

	It("leaves nothing behind, even in contexts that never end", spec.Worth(1), func(ctx SpecContext) {
		never := context.WithoutCancel(ctx)
		// To listen to the second, package context needs a goroutine.
		for _, forever := range []context.Context{never, unending{never, make(chan struct{})}} {
			s, items := open(ctx), &source{length: 3}
			Expect(spec.Await(ctx, gather(items.mapping(forever, 2, quick)))).To(Equal(goods(3)))
			failing := func(ctx context.Context, item int) (string, error) {
				if item == 2 {
					return "", errMishap
				}
				return s.heed(ctx, item)
			}
			items = &source{length: endless}
			expectFailure(spec.Await(ctx, gather(items.mapping(forever, 3, failing))), errMishap)
			for _, way := range ways {
				items := &source{length: endless}
				spec.AwaitClosed(ctx, spec.Returned(func() { way.loop(items.mapping(forever, 3, quick)) }))
				Expect(items.ended.Load()).To(BeEquivalentTo(1), "how often the source ended (%s)", way.name)
			}
		}
	})
})
