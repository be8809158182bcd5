//go:build linux

package namedsemaphore_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

func TestNamedSemaphore(t *testing.T) { spec.Run(t) }

var _ = Describe("A semaphore", func() {
	It("lets n in at once, whichever process they are in, and no more", spec.Worth(1), func(ctx SpecContext) {
		const n = 5
		p := nowhere()
		mine := p.open(ctx, n)
		one, two := p.join(ctx, n), p.join(ctx, n)
		together := spec.Gate(2)
		var inside []<-chan error
		for range 2 {
			inside = append(inside, spec.Go(func() error {
				if err := mine.Acquire(ctx); err != nil {
					return err
				}
				return together.Enter(ctx)
			}))
		}
		for _, call := range inside {
			succeeds(ctx, call, "one of two callers of Acquire")
		}
		for _, other := range []*process{one, two, two} {
			other.acquire()
			other.gets(ctx)
		}

		waiting := mine.acquire(ctx)
		one.acquire()
		spec.Settled(ctx, waiting)
		Expect(one.said).To(BeEmpty(), "another process got in, and all slots were held")
		two.release(ctx)
		two.release(ctx)
		one.gets(ctx)
		succeeds(ctx, waiting, "Acquire")
	})

	It("never lets in more than n, however they rush", spec.Worth(1), func(ctx SpecContext) {
		const processes, callers, n, rounds = 2, 6, 3, 6
		folder := spec.Folder()
		said, out := lines()
		var all []*process
		for range processes {
			all = append(all, launch(crowd.Command(folder, strconv.Itoa(n), strconv.Itoa(callers)), out))
		}
		out.Close()
		order := func(text string) {
			for _, p := range all {
				p.order(text)
			}
		}
		inside, done := 0, 0
		// hear counts those inside as the kernel has put their lines in order: each
		// writes one after it has come in, and one before it leaves.
		hear := func(text string) {
			switch text {
			case "+":
				inside++
			case "-":
				inside--
			case "done <nil>":
				done++
			default:
				Fail("another process says: " + text)
			}
			Expect(inside).To(BeNumerically("<=", n), "so many were inside at once")
		}
		listen := func() {
			text := spec.Await(ctx, said, "%d are inside, and nobody comes or goes", inside)
			hear(text)
		}
		spec.Quiet(ctx)
		for round := range rounds {
			order(fmt.Sprint("round", round))
			for inside < n {
				listen()
			}
			spec.Quiet(ctx)
			for len(said) > 0 {
				hear(<-said)
			}
			order("go on")
			for done = 0; done < processes; {
				listen()
			}
			Expect(inside).To(BeZero())
		}
	})

	It("gives whichever slot comes free to one that waits", spec.Worth(1), func(ctx SpecContext) {
		const n = 3
		p := nowhere()
		mine := p.open(ctx, n)
		var holders []*process
		for range n {
			holder := p.join(ctx, n)
			holder.acquire()
			holder.gets(ctx)
			holders = append(holders, holder)
		}
		for _, holder := range holders {
			waiting := mine.acquire(ctx)
			spec.Settled(ctx, waiting)
			holder.release(ctx)
			succeeds(ctx, waiting, "Acquire, where a slot has come free,")
			holder.acquire()
			spec.Quiet(ctx)
			Expect(holder.said).To(BeEmpty(), "another process got in, and all slots were held")
			mine.release(ctx, 1)
			holder.gets(ctx)
		}

		waiting := mine.acquireAll(ctx, n)
		spec.Settled(ctx, waiting)
		for i := range n {
			holders[n-1-i].release(ctx)
			succeeds(ctx, waiting, "Acquire, where a slot has come free,")
			spec.Settled(ctx, waiting)
		}
	})

	It("has its callers wait without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		p := nowhere()
		mine := p.open(ctx, 2)
		mine.takes(ctx, 2)
		other := p.join(ctx, 2)
		waiting := mine.acquire(ctx)
		other.acquire()
		spec.Idle(ctx)
		spec.Settled(ctx, waiting)
		Expect(other.said).To(BeEmpty(), "another process got in, and all slots were held")
		mine.release(ctx, 2)
		succeeds(ctx, waiting, "Acquire, where a slot has come free,")
		other.gets(ctx)
	})

	It("gives nothing to those whose context ends", spec.Worth(1), func(ctx SpecContext) {
		p := nowhere()
		mine, his := p.open(ctx, 2), p.join(ctx, 2)
		late, pass := spec.Late(ctx)
		impatient, giveUp := context.WithCancelCause(ctx)
		defer giveUp(nil)

		// One of those that give up came before the one that doesn't, the others after it.
		mine.takes(ctx, 2)
		first := mine.acquire(impatient)
		spec.Settled(ctx, first)
		patient := mine.acquire(ctx)
		spec.Settled(ctx, patient)
		cancelled, expired := []<-chan error{first, mine.acquire(impatient)}, mine.acquire(late)
		spec.Settled(ctx, append(cancelled, expired, patient)...)
		giveUp(errors.New("a reason, which Acquire isn't asked for"))
		for _, call := range cancelled {
			Expect(errorOf(ctx, call, "Acquire, whose context was cancelled,")).To(MatchError(context.Canceled))
		}
		pass()
		Expect(errorOf(ctx, expired, "Acquire, whose context was over,")).To(MatchError(context.DeadlineExceeded))
		spec.Settled(ctx, patient)
		mine.release(ctx, 2)
		succeeds(ctx, patient, "Acquire beside others that have given up")

		Expect(errorOf(ctx, mine.acquire(impatient), "Acquire")).To(MatchError(context.Canceled), "a slot is free, and the context had ended before the call")
		Expect(errorOf(ctx, mine.acquire(late), "Acquire")).To(MatchError(context.DeadlineExceeded), "a slot is free, and the context had ended before the call")
		mine.release(ctx, 1)
		for range 2 {
			his.acquire()
			his.gets(ctx)
		}
	})
})
