package boundedqueue_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/boundedqueue"
)

func TestBoundedQueue(t *testing.T) { spec.Run(t) }

var _ = Describe("A bounded queue", func() {
	var queue *boundedqueue.Queue[string]

	BeforeEach(func() { queue = boundedqueue.New[string](2) })

	put := func(ctx context.Context, items ...string) {
		GinkgoHelper()
		for _, item := range items {
			Expect(queue.Put(ctx, item)).To(Succeed())
		}
	}
	take := func(ctx context.Context) string {
		GinkgoHelper()
		item, err := queue.Take(ctx)
		Expect(err).NotTo(HaveOccurred())
		return item
	}

	It("hands items out in the order they came in", spec.Worth(1), func(ctx SpecContext) {
		put(ctx, "first", "second")
		Expect(queue.Len()).To(Equal(2))
		Expect(take(ctx)).To(Equal("first"))
		put(ctx, "third")
		Expect(take(ctx)).To(Equal("second"))
		Expect(take(ctx)).To(Equal("third"))
		Expect(queue.Len()).To(BeZero())
		Expect(func() { boundedqueue.New[string](0) }).To(Panic())

		anything := boundedqueue.New[any](2)
		Expect(anything.Put(ctx, nil)).To(Succeed())
		Expect(anything.Put(ctx, "after nil")).To(Succeed())
		Expect(anything.Take(ctx)).To(BeNil())
		Expect(anything.Take(ctx)).To(Equal("after nil"))
	})

	It("makes callers wait without burning CPU", spec.Worth(2), func(ctx SpecContext) {
		full, empty := boundedqueue.New[string](1), boundedqueue.New[string](1)
		Expect(full.Put(ctx, "in the way")).To(Succeed())
		waiting, stop := context.WithCancelCause(ctx)
		defer stop(nil)

		blockedPut := spec.Go(func() error { return full.Put(waiting, "late") })
		blockedTake := spec.Go(func() error { _, err := empty.Take(waiting); return err })
		blockedJoin := spec.Go(func() error { return full.Join(waiting) })
		spec.Idle(ctx)
		Expect(blockedPut).NotTo(Receive())
		Expect(blockedTake).NotTo(Receive())
		Expect(blockedJoin).NotTo(Receive())

		stop(errors.New("a cause is not what Err returns"))
		Eventually(ctx, blockedPut).Should(Receive(MatchError(context.Canceled)))
		Eventually(ctx, blockedTake).Should(Receive(MatchError(context.Canceled)))
		Eventually(ctx, blockedJoin).Should(Receive(MatchError(context.Canceled)))
	})

	It("wakes the caller that can go on, whoever else waits", spec.Worth(2), func(ctx SpecContext) {
		narrow := boundedqueue.New[int](1)
		Expect(narrow.Put(ctx, 1)).To(Succeed())
		// Join waits first: a wake-up that goes to the longest waiter, and to
		// nobody else, goes to one that can't use it.
		joined := spec.Go(func() error { return narrow.Join(ctx) })
		spec.Settled(ctx, joined)
		for item := 2; item <= 3; item++ {
			putter := spec.Go(func() error { return narrow.Put(ctx, item) })
			spec.Settled(ctx, putter)
			_, err := narrow.Take(ctx)
			Expect(err).NotTo(HaveOccurred())
			Eventually(ctx, putter).Should(Receive(BeNil()))
		}
		spec.Settled(ctx, joined)
		for range 3 {
			narrow.Done()
		}
		Eventually(ctx, joined).Should(Receive(BeNil()))
	})

	When("a caller gives up", func() {
		It("leaves nothing behind when Put gives up", spec.Worth(1), func(ctx SpecContext) {
			put(ctx, "first", "second")
			impatient, giveUp := context.WithCancel(ctx)
			defer giveUp()
			blocked := spec.Go(func() error { return queue.Put(impatient, "third") })
			spec.Settled(ctx, blocked)
			giveUp()
			Eventually(ctx, blocked).Should(Receive(MatchError(context.Canceled)))

			Expect(take(ctx)).To(Equal("first"))
			Expect(take(ctx)).To(Equal("second"))
			spec.Quiet(ctx)
			Expect(queue.Len()).To(BeZero())
		})

		It("takes nothing when Take gives up", spec.Worth(1), func(ctx SpecContext) {
			impatient, giveUp := context.WithCancel(ctx)
			defer giveUp()
			gone := spec.Go(func() error { _, err := queue.Take(impatient); return err })
			spec.Settled(ctx, gone)
			stays := spec.Go(func() string { item, _ := queue.Take(ctx); return item })
			spec.Settled(ctx, stays)
			giveUp()
			Eventually(ctx, gone).Should(Receive(MatchError(context.Canceled)))

			put(ctx, "for whoever stayed")
			Eventually(ctx, stays).Should(Receive(Equal("for whoever stayed")))
		})

		It("loses no item that arrives as a caller gives up", spec.Worth(2), func(ctx SpecContext) {
			const callers = 50
			roomy := boundedqueue.New[int](callers)
			var taken []<-chan error
			var giveUp []context.CancelFunc
			for range callers {
				impatient, cancel := context.WithCancel(ctx)
				defer cancel()
				giveUp = append(giveUp, cancel)
				taken = append(taken, spec.Go(func() error { _, err := roomy.Take(impatient); return err }))
			}
			spec.Settled(ctx, taken...)

			for i := range callers {
				giveUp[i]()
				Expect(roomy.Put(ctx, i)).To(Succeed())
			}
			handedOut := 0
			for _, call := range taken {
				err := spec.Await(ctx, call)
				if err == nil {
					handedOut++
				} else {
					Expect(err).To(MatchError(context.Canceled))
				}
			}
			Expect(handedOut+roomy.Len()).To(Equal(callers), "items handed out and items left")
		})

		It("does not start what is already cancelled", spec.Worth(1), func(ctx SpecContext) {
			cancelled, cancel := context.WithCancel(ctx)
			cancel()
			late, stop := context.WithDeadlineCause(ctx, time.Unix(0, 0), errors.New("a cause is not what Err returns"))
			defer stop()
			refuse := func(over context.Context) {
				GinkgoHelper()
				Expect(queue.Put(over, "never")).To(MatchError(over.Err()))
				_, err := queue.Take(over)
				Expect(err).To(MatchError(over.Err()))
			}

			put(ctx, "here")
			// A select picks among ready cases by chance: once proves nothing.
			for range 64 {
				refuse(cancelled)
				refuse(late)
			}
			Expect(queue.Len()).To(Equal(1))
			Expect(queue.Join(cancelled)).To(MatchError(context.Canceled))
			Expect(queue.Join(late)).To(MatchError(context.DeadlineExceeded))

			queue.Close()
			for range 64 {
				refuse(cancelled)
			}
			Expect(take(ctx)).To(Equal("here"))
			for range 64 {
				refuse(cancelled)
			}
		})
	})

	When("it is closed", func() {
		It("lets out what is in and nothing new in", spec.Worth(1), func(ctx SpecContext) {
			put(ctx, "first", "second")
			queue.Close()
			queue.Close()
			Expect(queue.Put(ctx, "late")).To(MatchError(boundedqueue.ErrClosed))
			Expect(take(ctx)).To(Equal("first"))
			Expect(queue.Put(ctx, "late")).To(MatchError(boundedqueue.ErrClosed))
			Expect(take(ctx)).To(Equal("second"))
			_, err := queue.Take(ctx)
			Expect(err).To(MatchError(boundedqueue.ErrClosed))
		})

		It("wakes everyone who waits", spec.Worth(1), func(ctx SpecContext) {
			full, empty := boundedqueue.New[int](1), boundedqueue.New[int](1)
			Expect(full.Put(ctx, 1)).To(Succeed())
			var blocked []<-chan error
			for range 4 {
				blocked = append(blocked,
					spec.Go(func() error { return full.Put(ctx, 2) }),
					spec.Go(func() error { _, err := empty.Take(ctx); return err }))
			}
			spec.Settled(ctx, blocked...)
			full.Close()
			empty.Close()
			for _, call := range blocked {
				Eventually(ctx, call).Should(Receive(MatchError(boundedqueue.ErrClosed)))
			}
			Expect(full.Len()).To(Equal(1))
		})
	})

	It("starts nothing that outlives a call", spec.Worth(1), func(ctx SpecContext) {
		// Contexts that never end: whoever waits for their end waits for ever. To
		// listen to the second, package context needs a goroutine.
		never := context.WithoutCancel(ctx)
		for _, forever := range []context.Context{never, unending{never, make(chan struct{})}} {
			put(forever, "first", "second")
			waiting := spec.Go(func() error { return queue.Put(forever, "third") })
			spec.Settled(ctx, waiting)
			for range 3 {
				take(forever)
				queue.Done()
			}
			Eventually(ctx, waiting).Should(Receive(BeNil()))
			Expect(queue.Join(forever)).To(Succeed())
		}
	})

	It("joins when the work is done, not when it is handed out", spec.Worth(1), func(ctx SpecContext) {
		Expect(queue.Join(ctx)).To(Succeed())
		put(ctx, "first", "second")
		joined := spec.Go(func() error { return queue.Join(ctx) })
		take(ctx)
		take(ctx)
		spec.Settled(ctx, joined)
		queue.Done()
		spec.Settled(ctx, joined)
		put(ctx, "third")
		queue.Done()
		spec.Settled(ctx, joined)
		take(ctx)
		queue.Done()
		Eventually(ctx, joined).Should(Receive(BeNil()))
		Expect(queue.Join(ctx)).To(Succeed())
		Expect(queue.Done).To(Panic())
	})

	It("is a first-in, first-out queue however its callers interleave", spec.Worth(1), func(ctx SpecContext) {
		const capacity = 3
		history := observe(ctx, boundedqueue.New[int](capacity), spec.Rand())
		// The search may grow without bound. If it is cut off, well below the
		// processor time that a spec may use, nothing was found against the queue.
		verdict := porcupine.CheckOperationsTimeout(fifo(capacity), history, 5*time.Second)
		Expect(verdict).NotTo(Equal(porcupine.Illegal),
			"no order of these calls, one at a time, explains what they returned:\n%s", tell(history))
	})
})

// unending is a context of a type that package context doesn't know.
type unending struct {
	context.Context
	done <-chan struct{}
}

func (u unending) Done() <-chan struct{} { return u.done }
