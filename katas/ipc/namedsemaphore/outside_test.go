//go:build linux

package namedsemaphore_test

import (
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

var _ = Describe("A semaphore, when its users die", func() {
	It("has the slots of a killed holder back, for those who wait", spec.Worth(1), func(ctx SpecContext) {
		const n = 3
		p := nowhere()
		maker := p.join(ctx, n)
		mine, his := p.open(ctx, n), p.join(ctx, n)
		for range n - 1 {
			maker.acquire()
			maker.gets(ctx)
		}
		mine.takes(ctx, 1)
		first := mine.acquire(ctx)
		his.acquire()
		spec.Settled(ctx, first)
		maker.kill(ctx)
		succeeds(ctx, first, "Acquire, where a holder was killed,")
		his.gets(ctx)

		second := mine.acquire(ctx)
		spec.Settled(ctx, second)
		his.kill(ctx)
		succeeds(ctx, second, "Acquire, where a holder was killed,")
		third := mine.acquire(ctx)
		spec.Settled(ctx, third)
		mine.release(ctx, 1)
		succeeds(ctx, third, "Acquire")
	})

	It("has the slot of a process back whose program lives on", spec.Worth(1), func(ctx SpecContext) {
		p := nowhere()
		mine := p.open(ctx, 2)
		tether := spec.Tie()
		holder := p.join(ctx, 2, tether.Read)
		for range 2 {
			holder.acquire()
			holder.gets(ctx)
		}
		waiting := []<-chan error{mine.acquire(ctx), mine.acquire(ctx)}
		program := holder.start(ctx)
		DeferCleanup(func() {
			tether.Cut()
			syscall.Wait4(program, nil, 0, nil)
		})
		spec.Settled(ctx, waiting...)
		holder.kill(ctx)
		for _, call := range waiting {
			succeeds(ctx, call, "Acquire, where a holder was killed and a program that it started lives on,")
		}
		Expect(spec.State(program)).To(BeElementOf("S", "R", "D"), "the program has ended too")
	})

	It("loses nothing with one that is killed while it waits", spec.Worth(1), func(ctx SpecContext) {
		p := nowhere()
		mine := p.open(ctx, 2)
		mine.takes(ctx, 2)
		waiters := []*process{p.join(ctx, 2), p.join(ctx, 2)}
		for _, waiter := range waiters {
			waiter.acquire()
			spec.Quiet(ctx)
		}
		last := mine.acquire(ctx)
		spec.Settled(ctx, last)
		for _, waiter := range waiters {
			waiter.kill(ctx)
			Expect(waiter.said).To(BeEmpty(), "another process got in, and all slots were held")
		}
		spec.Settled(ctx, last)
		mine.release(ctx, 2)
		succeeds(ctx, last, "Acquire, where others that waited were killed,")
		mine.takes(ctx, 1)
	})

	It("has nobody wait for one that is stopped while it waits", spec.Worth(1), func(ctx SpecContext) {
		p := nowhere()
		mine := p.open(ctx, 2)
		mine.takes(ctx, 2)
		stopped := p.join(ctx, 2)
		stopped.acquire()
		spec.Quiet(ctx)
		last := mine.acquire(ctx)
		spec.Settled(ctx, last)
		stopped.stop(ctx)
		// Two slots come free, so that one is left even if the stopped one has been given
		// the other.
		mine.release(ctx, 2)
		succeeds(ctx, last, "Acquire, where two slots are free, and another that waits is stopped,")
		Expect(spec.State(stopped.command.Process.Pid)).To(Equal("T"))
	})

	It("holds what its process holds, also when that forgets the semaphore", spec.Worth(1), func(ctx SpecContext) {
		p := nowhere()
		mine, his := p.open(ctx, 2), p.join(ctx, 2)
		for range 2 {
			his.acquire()
			his.gets(ctx)
		}
		waiting := mine.acquire(ctx)
		spec.Settled(ctx, waiting)
		his.order("forget")
		Expect(his.line(ctx)).To(Equal("forgotten"))
		spec.Quiet(ctx)
		Expect(waiting).NotTo(Receive(), "Acquire got a slot that another process still holds, and has only forgotten")
		his.kill(ctx)
		succeeds(ctx, waiting, "Acquire, where the holder was killed,")
	})
})
