package semaphore_test

import (
	"context"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/semaphore"
)

var _ = Describe("The line of a semaphore", func() {
	It("is first come, first served", spec.Worth(2), func(ctx SpecContext) {
		const callers = 8
		s := held(ctx, 2, 2)
		var (
			mu     sync.Mutex
			served []int
			visits []<-chan error
			want   []int
		)
		for caller := range callers {
			visits = append(visits, spec.Go(func() error {
				// Each takes all, so that one is served after the other has left.
				if err := s.Acquire(ctx, 2); err != nil {
					return err
				}
				mu.Lock()
				served = append(served, caller)
				mu.Unlock()
				s.Release(2)
				return nil
			}))
			want = append(want, caller)
			spec.Settled(ctx, visits...)
		}
		s.Release(2)
		for _, call := range visits {
			Expect(spec.Await(ctx, call)).To(Succeed())
		}
		Expect(served).To(Equal(want), "callers in the order in which they were served")
	})

	It("lets nobody past a caller that needs many", spec.Worth(2), func(ctx SpecContext) {
		s := held(ctx, 3, 2)
		big := acquire(ctx, s, 3)
		spec.Settled(ctx, big)
		// One is free, and enough for this one: but it came later.
		small := acquire(ctx, s, 1)
		spec.Settled(ctx, big, small)
		Expect(s.TryAcquire(1)).To(BeFalse(), "TryAcquire(1), while 1 is free and somebody waits for 3")
		s.Release(1)
		spec.Settled(ctx, big, small)
		Expect(s.TryAcquire(2)).To(BeFalse(), "TryAcquire(2), while 2 are free and somebody waits for 3")
		s.Release(1)
		Expect(spec.Await(ctx, big)).To(Succeed())
		spec.Settled(ctx, small)
		s.Release(3)
		Expect(spec.Await(ctx, small)).To(Succeed())
	})

	It("gives all that is asked for or nothing", spec.Worth(1), func(ctx SpecContext) {
		const capacity = 4
		s := held(ctx, capacity, capacity)
		first := acquire(ctx, s, 3)
		spec.Settled(ctx, first)
		second := acquire(ctx, s, 3)
		spec.Settled(ctx, first, second)
		// Permits that come one at a time: whoever collects them bit by bit shares
		// them with the other.
		for range 2 {
			s.Release(1)
			spec.Settled(ctx, first, second)
		}
		s.Release(1)
		Expect(spec.Await(ctx, first)).To(Succeed())
		spec.Settled(ctx, second)
		s.Release(1)
		spec.Settled(ctx, second)
		s.Release(3)
		Expect(spec.Await(ctx, second)).To(Succeed())
	})

	It("moves up as far as there are permits", spec.Worth(1), func(ctx SpecContext) {
		s := held(ctx, 5, 5)
		var calls []<-chan error
		for _, n := range []int{1, 2, 1, 2, 1} {
			calls = append(calls, acquire(ctx, s, n))
			spec.Settled(ctx, calls...)
		}
		s.Release(5)
		for _, call := range calls[:3] {
			Expect(spec.Await(ctx, call)).To(Succeed())
		}
		// One is free, the fourth needs two, and the fifth is behind it.
		spec.Settled(ctx, calls[3:]...)
		s.Release(2)
		for _, call := range calls[3:] {
			Expect(spec.Await(ctx, call)).To(Succeed())
		}
		Expect(s.TryAcquire(1)).To(BeFalse(), "TryAcquire(1), while all 5 are held")
	})

	It("is not overtaken while those it serves wake up", spec.Worth(1), func(ctx SpecContext) {
		// Whether one has woken up before the other tries is chance: so there are many.
		const times = 20
		var lines []*semaphore.Semaphore
		var waiting []<-chan error
		for i := range times {
			lines = append(lines, held(ctx, 2, 2))
			waiting = append(waiting, acquire(ctx, lines[i], 1))
		}
		spec.Settled(ctx, waiting...)
		tried := spec.Go(func() (got int) {
			for _, s := range lines {
				s.Release(1)
				if s.TryAcquire(1) {
					got++
				}
			}
			return got
		})
		got := spec.Await(ctx, tried)
		Expect(got).To(BeZero(), "calls of TryAcquire(1) that took the only free permit, of %d, while another was in line for it", times)
		for _, call := range waiting {
			Expect(spec.Await(ctx, call)).To(Succeed())
		}
	})

	It("serves one who is just about to wait", spec.Worth(1), func(ctx SpecContext) {
		// Whoever is about to wait asks its context whether it has ended, and for what
		// to wait for, and while it does, permits come free.
		for _, method := range []string{"Done", "Err"} {
			open, ended := make(chan struct{}), ctx.Done()
			linger := func() {
				select {
				case <-open:
				case <-ended:
				}
			}
			asked := &lingering{Context: context.WithoutCancel(ctx), linger: linger, method: method}
			s := held(ctx, 1, 1)
			waiting := acquire(asked, s, 1)
			spec.Settled(ctx, waiting)
			released := spec.Returned(func() { s.Release(1) })
			spec.Quiet(ctx)
			close(open)
			spec.AwaitClosed(ctx, released, "Release never waits")
			Expect(spec.Await(ctx, waiting)).To(Succeed())
			Expect(s.TryAcquire(1)).To(BeFalse(), "TryAcquire(1), while the only permit is held")
		}
	})
})

// lingering is a context without an end of which one method takes its time. Err does
// so from the second time on: the first time may be before a call has looked at
// anything.
type lingering struct {
	context.Context
	linger func()
	method string
	asked  atomic.Bool
}

func (l *lingering) Done() <-chan struct{} {
	if l.method == "Done" {
		l.linger()
	}
	return nil
}

func (l *lingering) Err() error {
	if l.asked.Swap(true) && l.method == "Err" {
		l.linger()
	}
	return nil
}
