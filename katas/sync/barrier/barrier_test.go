package barrier_test

import (
	"context"
	"errors"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/barrier"
)

func TestBarrier(t *testing.T) { spec.Run(t) }

// visit is what a party gets from Wait.
type visit struct {
	place int
	err   error
}

// arrive starts a call of Wait.
func arrive(ctx context.Context, b *barrier.Barrier) <-chan visit {
	return spec.Go(func() visit {
		place, err := b.Wait(ctx)
		return visit{place, err}
	})
}

// arriveInOrder lets n parties arrive, each when the one before it waits.
func arriveInOrder(ctx context.Context, b *barrier.Barrier, n int) (calls []<-chan visit) {
	GinkgoHelper()
	for range n {
		calls = append(calls, arrive(ctx, b))
		spec.Settled(ctx, calls...)
	}
	return calls
}

// pass expects that all these parties are let go without an error.
func pass(ctx context.Context, calls ...<-chan visit) {
	GinkgoHelper()
	for _, call := range calls {
		Expect(spec.Await(ctx, call).err).NotTo(HaveOccurred())
	}
}

var _ = Describe("A barrier", func() {
	It("lets nobody go before all have arrived", spec.Worth(1), func(ctx SpecContext) {
		b := barrier.New(3, nil)
		for range 2 {
			calls := arriveInOrder(ctx, b, 2)
			calls = append(calls, arrive(ctx, b))
			for place, call := range calls {
				Expect(spec.Await(ctx, call)).To(Equal(visit{place, nil}), "what Wait returns to number %d of those who arrive", place)
			}
		}
		alone := barrier.New(1, nil)
		Expect(spec.Await(ctx, arrive(ctx, alone))).To(Equal(visit{0, nil}))
		for _, n := range []int{0, -1} {
			Expect(func() { barrier.New(n, nil) }).To(Panic(), "New(%d, nil)", n)
		}
	})

	It("lets go as many as it has parties, and nobody more", spec.Worth(1), func(ctx SpecContext) {
		const parties, generations = 3, 4
		b := barrier.New(parties, nil)
		var calls []<-chan visit
		for range parties*generations - 1 {
			calls = append(calls, arrive(ctx, b))
		}
		spec.Quiet(ctx)
		gone := 0
		for _, call := range calls {
			gone += len(call)
		}
		Expect(gone).To(Equal(parties*(generations-1)), "parties let go, of %d that came to a barrier for %d", len(calls), parties)
		calls = append(calls, arrive(ctx, b))
		places := map[int]int{}
		for _, call := range calls {
			got := spec.Await(ctx, call)
			Expect(got.err).NotTo(HaveOccurred())
			places[got.place]++
		}
		Expect(places).To(Equal(map[int]int{0: generations, 1: generations, 2: generations}), "how often each place was returned in %d generations", generations)
	})

	It("makes parties wait without burning CPU", spec.Worth(2), func(ctx SpecContext) {
		b := barrier.New(3, nil)
		first, second := arrive(ctx, b), arrive(ctx, b)
		spec.Idle(ctx)
		Expect(first).NotTo(Receive())
		Expect(second).NotTo(Receive())
		pass(ctx, arrive(ctx, b), first, second)
	})

	It("starts nothing that outlives a call", spec.Worth(1), func(ctx SpecContext) {
		// Contexts that never end: whoever waits for their end waits for ever. To
		// listen to the second, package context needs a goroutine.
		never := context.WithoutCancel(ctx)
		for _, forever := range []context.Context{never, ownContext{never, make(chan struct{})}} {
			b := barrier.New(2, func() {})
			first := arrive(forever, b)
			spec.Settled(ctx, first)
			pass(ctx, arrive(forever, b), first)
			left := arrive(forever, b)
			spec.Settled(ctx, left)
			b.Reset()
			Expect(spec.Await(ctx, left).err).To(MatchError(barrier.ErrBroken))
		}
	})
})

// errOwn is what contexts of our own end with.
var errOwn = errors.New("an error of the context's own")

// ownContext is a context of a type that package context doesn't know. It ends when
// its channel is closed.
type ownContext struct {
	context.Context
	done <-chan struct{}
}

func (c ownContext) Done() <-chan struct{} { return c.done }

func (c ownContext) Err() error {
	select {
	case <-c.done:
		return errOwn
	default:
		return nil
	}
}
