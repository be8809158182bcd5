package lock_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/lock"
)

func TestLock(t *testing.T) { spec.Run(t) }

// try calls TryLock in a goroutine of its own, so that one that waits is told as
// what it is.
func try(ctx context.Context, handle *lock.Handle) (got bool, err error) {
	GinkgoHelper()
	done := spec.Returned(func() { got, err = handle.TryLock() })
	spec.AwaitClosed(ctx, done, "TryLock never waits")
	return got, err
}

// result waits for what a call returns.
func result(ctx context.Context, call <-chan error, promise ...any) error {
	GinkgoHelper()
	return spec.Await(ctx, call, promise...)
}

// begin calls LockContext in a goroutine of its own.
func begin(ctx context.Context, handle *lock.Handle) <-chan error {
	return spec.Go(func() error { return handle.LockContext(ctx) })
}

// take takes a lock that is free, or comes free.
func take(ctx context.Context, handle *lock.Handle) {
	GinkgoHelper()
	Expect(result(ctx, begin(ctx, handle))).To(Succeed())
}

// give gives the lock back.
func give(ctx context.Context, handle *lock.Handle) {
	GinkgoHelper()
	spec.AwaitClosed(ctx, spec.Returned(handle.Unlock), "Unlock never waits")
}

const reentrant = "LockContext, by the handle that holds the lock, returns an error without waiting"

// who names a handle. What is in it is the answer's, and other goroutines may be
// writing it while a failure is put into words.
func who(handle *lock.Handle) string {
	if handle == nil {
		return "nobody"
	}
	return fmt.Sprintf("handle %p", handle)
}

var _ = Describe("A lock", func() {
	var (
		guard         *lock.Lock
		first, second *lock.Handle
	)

	BeforeEach(func() {
		guard = lock.New()
		first, second = guard.Handle(), guard.Handle()
	})

	It("is held by one handle at a time", spec.Worth(1), func(ctx SpecContext) {
		Expect(who(guard.Holder())).To(Equal(who(nil)), "the holder of a new lock")
		Expect(try(ctx, first)).To(BeTrue())
		Expect(who(guard.Holder())).To(Equal(who(first)))
		Expect(try(ctx, second)).To(BeFalse(), "TryLock, while another handle holds the lock")
		Expect(who(guard.Holder())).To(Equal(who(first)))
		give(ctx, first)
		Expect(who(guard.Holder())).To(Equal(who(nil)), "the holder, after Unlock")
		take(ctx, second)
		Expect(who(guard.Holder())).To(Equal(who(second)))
		Expect(try(ctx, first)).To(BeFalse(), "TryLock, while another handle holds the lock")
		give(ctx, second)
		Expect(try(ctx, second)).To(BeTrue(), "TryLock, when nobody holds the lock")
		give(ctx, second)

		another := lock.New().Handle()
		Expect(try(ctx, first)).To(BeTrue())
		Expect(try(ctx, another)).To(BeTrue(), "TryLock of one lock, while another lock is held")
		give(ctx, first)
		give(ctx, another)
	})

	It("tells a handle that it holds the lock already", spec.Worth(2), func(ctx SpecContext) {
		for range 2 {
			take(ctx, first)
			Expect(result(ctx, begin(ctx, first), reentrant)).To(MatchError(lock.ErrReentrant), reentrant)
			got, err := try(ctx, first)
			Expect(err).To(MatchError(lock.ErrReentrant), "TryLock, by the handle that holds the lock")
			Expect(got).To(BeFalse(), "TryLock has not taken what was taken before")
			over, cancel := context.WithCancel(ctx)
			cancel()
			Expect(result(ctx, begin(over, first), reentrant)).To(Or(MatchError(lock.ErrReentrant), MatchError(context.Canceled)),
				"LockContext, by the handle that holds the lock, when its context has ended")
			Expect(who(guard.Holder())).To(Equal(who(first)))
			Expect(try(ctx, second)).To(BeFalse(), "TryLock, while another handle holds the lock")
			give(ctx, first)
			Expect(who(guard.Holder())).To(Equal(who(nil)), "the holder, after one Unlock")
		}
		Expect(try(ctx, second)).To(BeTrue())
		Expect(try(ctx, first)).To(BeFalse(), "TryLock, by a handle that held the lock before")
		give(ctx, second)
	})

	It("tells so while others wait, and lets them in after one Unlock", spec.Worth(1), func(ctx SpecContext) {
		take(ctx, first)
		waiting := begin(ctx, second)
		spec.Settled(ctx, waiting)
		Expect(result(ctx, begin(ctx, first), reentrant)).To(MatchError(lock.ErrReentrant))
		spec.Settled(ctx, waiting)
		give(ctx, first)
		Expect(result(ctx, waiting)).To(Succeed())
		Expect(who(guard.Holder())).To(Equal(who(second)))
		give(ctx, second)
	})

	It("goes by the handle and not by the goroutine", spec.Worth(1), func(ctx SpecContext) {
		// One goroutine, two handles.
		var secondGot bool
		var secondErr error
		over := spec.Returned(func() {
			first.TryLock()
			secondGot, secondErr = second.TryLock()
		})
		spec.AwaitClosed(ctx, over)
		Expect(secondErr).NotTo(HaveOccurred(), "TryLock by a goroutine that holds the lock by another handle")
		Expect(secondGot).To(BeFalse())
		// One handle, another goroutine.
		Expect(who(guard.Holder())).To(Equal(who(first)))
		Expect(result(ctx, begin(ctx, first), reentrant)).To(MatchError(lock.ErrReentrant))
		give(ctx, first)
		Expect(who(guard.Holder())).To(Equal(who(nil)))
	})

	It("panics when it is unlocked and nobody holds it", spec.Worth(1), func(ctx SpecContext) {
		Expect(first.Unlock).To(Panic(), "Unlock of a new lock")
		take(ctx, first)
		give(ctx, first)
		Expect(first.Unlock).To(Panic(), "the second Unlock")
		// A lock that is fit for use afterwards has not counted that.
		Expect(try(ctx, second)).To(BeTrue())
		Expect(try(ctx, first)).To(BeFalse(), "TryLock, while another handle holds the lock")
		give(ctx, second)
	})

	It("panics when another handle unlocks it, and stays locked", spec.Worth(1), func(ctx SpecContext) {
		third := guard.Handle()
		take(ctx, first)
		waiting := begin(ctx, second)
		spec.Settled(ctx, waiting)
		Expect(third.Unlock).To(Panic(), "Unlock by a handle that has nothing to do with it")
		spec.Settled(ctx, waiting)
		Expect(who(guard.Holder())).To(Equal(who(first)))
		Expect(try(ctx, third)).To(BeFalse(), "TryLock, while another handle holds the lock")
		give(ctx, first)
		Expect(result(ctx, waiting)).To(Succeed())
		Expect(first.Unlock).To(Panic(), "Unlock by a handle that held the lock before")
		Expect(who(guard.Holder())).To(Equal(who(second)))
		give(ctx, second)
	})

	It("is not taken for a context that has ended", spec.Worth(1), func(ctx SpecContext) {
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		late, stop := context.WithDeadlineCause(ctx, time.Unix(1, 0), errors.New("a cause is not what Err returns"))
		defer stop()
		// A select picks among ready cases by chance: once proves nothing.
		for range 64 {
			for _, over := range []context.Context{canceled, late} {
				Expect(first.LockContext(over)).To(MatchError(over.Err()))
				Expect(who(guard.Holder())).To(Equal(who(nil)))
			}
		}
		take(ctx, second)
		for _, over := range []context.Context{canceled, late} {
			Expect(result(ctx, begin(over, first))).To(MatchError(over.Err()))
		}
		Expect(who(guard.Holder())).To(Equal(who(second)))
		give(ctx, second)
		Expect(try(ctx, first)).To(BeTrue(), "TryLock, when nobody holds the lock")
		give(ctx, first)
	})

	It("starts nothing that outlives a call", spec.Worth(1), func(ctx SpecContext) {
		// Contexts that never end: whoever waits for their end waits for ever. To
		// listen to the second, package context needs a goroutine.
		never := context.WithoutCancel(ctx)
		for _, forever := range []context.Context{never, own{Context: never, done: make(chan struct{})}} {
			take(forever, first)
			waiting := begin(forever, second)
			spec.Settled(ctx, waiting)
			Expect(first.LockContext(forever)).To(MatchError(lock.ErrReentrant))
			give(ctx, first)
			Expect(result(ctx, waiting)).To(Succeed())
			give(ctx, second)
		}
	})
})

// own is a context of a type that package context doesn't know.
type own struct {
	context.Context
	done <-chan struct{}
	// err is what Err calls, if it is not nil.
	err func() error
}

func (o own) Done() <-chan struct{} { return o.done }

func (o own) Err() error {
	if o.err == nil {
		return nil
	}
	return o.err()
}
