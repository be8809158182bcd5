package semaphore_test

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/semaphore"
)

func TestSemaphore(t *testing.T) { spec.Run(t) }

// acquire starts a call that may have to wait.
func acquire(ctx context.Context, s *semaphore.Semaphore, n int) <-chan error {
	return spec.Go(func() error { return s.Acquire(ctx, n) })
}

// held returns a semaphore of which so many permits are held.
func held(ctx context.Context, capacity, n int) *semaphore.Semaphore {
	GinkgoHelper()
	s := semaphore.New(capacity)
	Expect(s.Acquire(ctx, n)).To(Succeed())
	return s
}

var _ = Describe("A semaphore", func() {
	It("lets in as many as it has permits for, and at the same time", spec.Worth(1), func(ctx SpecContext) {
		const capacity = 3
		s, gate := semaphore.New(capacity), spec.Gate(capacity)
		var inside, most atomic.Int64
		visit := func() error {
			if err := s.Acquire(ctx, 1); err != nil {
				return err
			}
			if now := inside.Add(1); now > capacity {
				most.Store(now)
			}
			err := gate.Enter(ctx)
			inside.Add(-1)
			s.Release(1)
			return err
		}
		var visits []<-chan error
		for range 3 * capacity {
			visits = append(visits, spec.Go(visit))
		}
		for _, call := range visits {
			Expect(spec.Await(ctx, call)).To(Succeed())
		}
		Expect(most.Load()).To(BeZero(), "callers that held one of %d permits at the same time, if too many", capacity)
	})

	It("counts the permits of each caller", spec.Worth(1), func(ctx SpecContext) {
		s := semaphore.New(5)
		Expect(s.Acquire(ctx, 3)).To(Succeed())
		Expect(s.TryAcquire(3)).To(BeFalse(), "TryAcquire(3), while 2 of 5 are free")
		Expect(s.TryAcquire(2)).To(BeTrue(), "TryAcquire(2), while 2 of 5 are free")
		Expect(s.TryAcquire(1)).To(BeFalse(), "TryAcquire(1), while none is free")
		waiting := acquire(ctx, s, 2)
		spec.Settled(ctx, waiting)

		s.Release(1)
		spec.Settled(ctx, waiting)
		s.Release(3)
		Expect(spec.Await(ctx, waiting)).To(Succeed())
		Expect(s.TryAcquire(3)).To(BeFalse(), "TryAcquire(3), while 2 of 5 are free")
		Expect(s.TryAcquire(2)).To(BeTrue(), "TryAcquire(2), while 2 of 5 are free")
		s.Release(5)
		Expect(s.TryAcquire(6)).To(BeFalse(), "TryAcquire(6) of 5 permits")
		Expect(s.TryAcquire(math.MaxInt)).To(BeFalse(), "TryAcquire(math.MaxInt) of 5 permits")
		Expect(s.Acquire(ctx, 5)).To(Succeed())

		for _, n := range []int{0, -1} {
			Expect(func() { semaphore.New(n) }).To(Panic(), "New(%d)", n)
			Expect(func() { s.Acquire(ctx, n) }).To(Panic(), "Acquire(ctx, %d)", n)
			Expect(func() { s.TryAcquire(n) }).To(Panic(), "TryAcquire(%d)", n)
			Expect(func() { s.Release(n) }).To(Panic(), "Release(%d)", n)
		}
	})

	It("makes callers wait without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		s := held(ctx, 2, 1)
		waiting, giveUp := context.WithCancel(ctx)
		defer giveUp()
		first, second := acquire(waiting, s, 2), acquire(waiting, s, 2)
		spec.Idle(ctx)
		Expect(first).NotTo(Receive())
		Expect(second).NotTo(Receive())
		giveUp()
		Expect(spec.Await(ctx, first)).To(MatchError(context.Canceled))
		Expect(spec.Await(ctx, second)).To(MatchError(context.Canceled))
	})

	It("refuses what it can never give, and holds up nobody for it", spec.Worth(1), func(ctx SpecContext) {
		s := held(ctx, 3, 2)
		Expect(spec.Await(ctx, acquire(ctx, s, 4))).To(MatchError(semaphore.ErrTooMany))
		Expect(s.TryAcquire(1)).To(BeTrue(), "TryAcquire(1), while 1 is free and nobody waits")
		s.Release(1)
		Expect(s.Acquire(ctx, 1)).To(Succeed())
		waiting := acquire(ctx, s, 3)
		spec.Settled(ctx, waiting)
		Expect(spec.Await(ctx, acquire(ctx, s, 4))).To(MatchError(semaphore.ErrTooMany))
		s.Release(3)
		Expect(spec.Await(ctx, waiting)).To(Succeed())
	})

	It("panics when more is released than is held, and goes on", spec.Worth(1), func(ctx SpecContext) {
		s := semaphore.New(3)
		tooMuch := func(n int) {
			GinkgoHelper()
			Expect(func() { s.Release(n) }).To(Panic(), "Release(%d) of more than is held", n)
		}
		tooMuch(1)
		Expect(s.Acquire(ctx, 2)).To(Succeed())
		tooMuch(3)
		// A sum with this one is below zero.
		tooMuch(math.MaxInt)
		waiting := acquire(ctx, s, 2)
		spec.Settled(ctx, waiting)
		// Two are held and two are waited for: those are not held.
		tooMuch(3)
		spec.Settled(ctx, waiting)

		s.Release(1)
		Expect(spec.Await(ctx, waiting)).To(Succeed())
		tried := spec.Go(func() bool { return s.TryAcquire(1) })
		Eventually(ctx, tried).Should(Receive(BeFalse()), "TryAcquire(1), while all 3 are held")
		s.Release(3)
		tooMuch(1)
	})

	It("is not refused a permit because others try", spec.Worth(1), func(ctx SpecContext) {
		// There is one for each, so that there is always one for whoever asks.
		const callers, tries = 4, 2000
		s, gate := semaphore.New(callers), spec.Gate(callers)
		var calls []<-chan error
		var refused atomic.Int64
		for range callers {
			calls = append(calls, spec.Go(func() error {
				if err := gate.Enter(ctx); err != nil {
					return err
				}
				for range tries {
					if s.TryAcquire(1) {
						s.Release(1)
					} else {
						refused.Add(1)
					}
				}
				return nil
			}))
		}
		for _, call := range calls {
			Expect(spec.Await(ctx, call)).To(Succeed())
		}
		Expect(refused.Load()).To(BeZero(), "calls of TryAcquire(1) that failed, while 1 was free and nobody waited")
	})

	It("starts nothing that outlives a call", spec.Worth(1), func(ctx SpecContext) {
		// Contexts that never end: whoever waits for their end waits for ever. To
		// listen to the second, package context needs a goroutine.
		never := context.WithoutCancel(ctx)
		for _, forever := range []context.Context{never, ownContext{never, make(chan struct{})}} {
			s := held(forever, 1, 1)
			waiting := acquire(forever, s, 1)
			spec.Settled(ctx, waiting)
			s.Release(1)
			Expect(spec.Await(ctx, waiting)).To(Succeed())
			s.Release(1)
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
