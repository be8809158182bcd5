package boundedqueue_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/boundedqueue"
)

var _ = Describe("A bounded queue with many waiting callers", func() {
	It("wakes as many as can go on", spec.Worth(1), func(ctx SpecContext) {
		const callers = 50
		queue := boundedqueue.New[int](callers)
		var takers, putters []<-chan error
		for range callers {
			takers = append(takers, spec.Go(func() error { _, err := queue.Take(ctx); return err }))
		}
		spec.Settled(ctx, takers...)
		for item := range callers {
			Expect(queue.Put(ctx, item)).To(Succeed())
		}
		for _, call := range takers {
			Eventually(ctx, call).Should(Receive(BeNil()))
		}

		for item := range callers {
			Expect(queue.Put(ctx, item)).To(Succeed())
		}
		for item := range callers {
			putters = append(putters, spec.Go(func() error { return queue.Put(ctx, item) }))
		}
		spec.Settled(ctx, putters...)
		for range callers {
			_, err := queue.Take(ctx)
			Expect(err).NotTo(HaveOccurred())
		}
		for _, call := range putters {
			Eventually(ctx, call).Should(Receive(BeNil()))
		}
	})

	It("wakes another if the one that was woken gives up", spec.Worth(1), func(ctx SpecContext) {
		const callers = 32
		queue := boundedqueue.New[int](callers)
		take := func(ctx context.Context) <-chan error {
			return spec.Go(func() error { _, err := queue.Take(ctx); return err })
		}
		var gone, stay []<-chan error
		var giveUp []context.CancelFunc
		for range callers {
			impatient, cancel := context.WithCancel(ctx)
			defer cancel()
			giveUp = append(giveUp, cancel)
			gone = append(gone, take(impatient))
			// One after the other, so that they give up in the order in which
			// they would be woken.
			spec.Quiet(ctx)
		}
		for range callers {
			stay = append(stay, take(ctx))
		}
		spec.Settled(ctx, append(stay, gone...)...)

		for item := range callers {
			giveUp[item]()
			Expect(queue.Put(ctx, item)).To(Succeed())
		}
		// Each item that a caller took as it gave up is one too few for the others.
		for item, call := range gone {
			err := spec.Await(ctx, call)
			if err == nil {
				Expect(queue.Put(ctx, item)).To(Succeed())
			} else {
				Expect(err).To(MatchError(context.Canceled))
			}
		}
		for _, call := range stay {
			Eventually(ctx, call).Should(Receive(BeNil()))
		}
		Expect(queue.Len()).To(BeZero())
	})

	It("counts as work what was put, and nothing else", spec.Worth(1), func(ctx SpecContext) {
		queue := boundedqueue.New[string](2)
		impatient, giveUp := context.WithCancel(ctx)
		defer giveUp()
		Expect(queue.Put(ctx, "first")).To(Succeed())
		Expect(queue.Put(ctx, "second")).To(Succeed())
		gone := spec.Go(func() error { return queue.Put(impatient, "third") })
		refused := spec.Go(func() error { return queue.Put(ctx, "fourth") })
		spec.Settled(ctx, gone, refused)
		Expect(queue.Len()).To(Equal(2), "Len, while two callers wait in Put")
		var joined []<-chan error
		for range 3 {
			joined = append(joined, spec.Go(func() error { return queue.Join(ctx) }))
		}
		spec.Settled(ctx, joined...)

		giveUp()
		Eventually(ctx, gone).Should(Receive(MatchError(context.Canceled)))
		queue.Close()
		Eventually(ctx, refused).Should(Receive(MatchError(boundedqueue.ErrClosed)))
		Expect(queue.Put(ctx, "fifth")).To(MatchError(boundedqueue.ErrClosed))
		spec.Settled(ctx, joined...)
		queue.Done()
		spec.Settled(ctx, joined...)
		queue.Done()
		for _, call := range joined {
			Eventually(ctx, call).Should(Receive(BeNil()))
		}
		Expect(queue.Done).To(Panic())
	})
})
