package lock_test

import (
	"context"
	"errors"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/lock"
)

var _ = Describe("A lock that several want", func() {
	var (
		guard                *lock.Lock
		first, second, third *lock.Handle
	)

	BeforeEach(func() {
		guard = lock.New()
		first, second, third = guard.Handle(), guard.Handle(), guard.Handle()
	})

	It("makes callers wait without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		take(ctx, first)
		ending, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		goes, stays := begin(ending, second), begin(ctx, third)
		spec.Idle(ctx)
		Expect(goes).NotTo(Receive(), "LockContext has returned while another handle holds the lock")
		Expect(stays).NotTo(Receive(), "LockContext has returned while another handle holds the lock")
		cancel(errors.New("a cause is not what Err returns"))
		Expect(result(ctx, goes)).To(MatchError(context.Canceled))
		spec.Settled(ctx, stays)
		give(ctx, first)
		Expect(result(ctx, stays)).To(Succeed())
		give(ctx, third)
	})

	It("lets in exactly one of those who wait", spec.Worth(2), func(ctx SpecContext) {
		const callers = 5
		got := make(chan *lock.Handle, callers)
		take(ctx, first)
		for range callers {
			handle := guard.Handle()
			spec.Returned(func() {
				if handle.LockContext(ctx) == nil {
					got <- handle
				}
			})
		}
		spec.Quiet(ctx)
		Expect(got).To(BeEmpty(), "callers that have the lock while another handle holds it")
		holder := first
		for range callers {
			give(ctx, holder)
			spec.Quiet(ctx)
			Expect(len(got)).To(Equal(1), "callers that have the lock after an Unlock")
			holder = <-got
			Expect(who(guard.Holder())).To(Equal(who(holder)))
		}
		give(ctx, holder)
		Expect(who(guard.Holder())).To(Equal(who(nil)))
	})

	It("is not had by one it wakes and by one who was quicker", spec.Worth(1), func(ctx SpecContext) {
		// Who comes first is chance: so there are many.
		all := contend(ctx, 20)
		quick, got := make([]*lock.Handle, len(all)), make([]bool, len(all))
		over := spec.Returned(func() {
			for i, one := range all {
				quick[i] = one.guard.Handle()
				one.holder.Unlock()
				got[i], _ = quick[i].TryLock()
			}
		})
		spec.AwaitClosed(ctx, over, "Unlock and TryLock never wait")
		spec.Quiet(ctx)
		for i, one := range all {
			if got[i] {
				Expect(one.waiting).NotTo(Receive(), "LockContext has returned while another handle holds the lock")
				Expect(who(one.guard.Holder())).To(Equal(who(quick[i])))
				give(ctx, quick[i])
			}
			Expect(result(ctx, one.waiting)).To(Succeed())
			Expect(who(one.guard.Holder())).To(Equal(who(one.waiter)))
			give(ctx, one.waiter)
		}
	})

	It("is not missed by one who has just found it taken", spec.Worth(1), func(ctx SpecContext) {
		// Whoever is about to wait asks its context for what to wait for, and while
		// it does, the lock comes free.
		open, ended := make(chan struct{}), ctx.Done()
		asked := lingering{own{Context: context.WithoutCancel(ctx)}, func() {
			select {
			case <-open:
			case <-ended:
			}
		}}
		take(ctx, first)
		waiting := begin(asked, second)
		spec.Settled(ctx, waiting)
		unlocked := spec.Returned(first.Unlock)
		spec.Quiet(ctx)
		close(open)
		spec.AwaitClosed(ctx, unlocked, "Unlock never waits")
		Expect(result(ctx, waiting, "LockContext, when the lock comes free as it begins to wait")).To(Succeed())
		Expect(who(guard.Holder())).To(Equal(who(second)))
		give(ctx, second)
	})

	It("is taken by a try while others only look at it", spec.Worth(1), func(ctx SpecContext) {
		// Whoever tries goes on until all have looked so often: then many looks and
		// tries were on their way at the same time.
		const lookers, looks = 3, 3000
		gate, looking := spec.Gate(lookers+1), new(sync.WaitGroup)
		for range lookers {
			looking.Add(1)
			spec.Returned(func() {
				defer looking.Done()
				if gate.Enter(ctx) != nil {
					return
				}
				for range looks {
					guard.Holder()
				}
			})
		}
		over := spec.Returned(looking.Wait)
		trying := spec.Go(func() (failed int) {
			if gate.Enter(ctx) != nil {
				return 1
			}
			for {
				if got, err := first.TryLock(); got && err == nil {
					first.Unlock()
				} else {
					failed++
				}
				select {
				case <-over:
					return failed
				default:
				}
			}
		})
		failed := spec.Await(ctx, trying)
		Expect(failed).To(BeZero(), "calls of TryLock that didn't take a lock that nobody held")
	})

	It("lets in one at a time, as seen from inside", spec.Worth(2), func(ctx SpecContext) {
		const callers, each = 6, 30
		// Guarded by nothing but the lock.
		inside, most, turns := 0, 0, 0
		enter := func(handle *lock.Handle) {
			inside++
			most = max(most, inside)
			turns++
			inside--
			handle.Unlock()
		}
		gate := spec.Gate(callers)
		var crowd []<-chan error
		for caller := range callers {
			crowd = append(crowd, spec.Go(func() error {
				if err := gate.Enter(ctx); err != nil {
					return err
				}
				handle := guard.Handle()
				for range each {
					if caller%2 == 0 {
						if got, err := handle.TryLock(); err != nil {
							return err
						} else if got {
							enter(handle)
						}
					}
					if err := handle.LockContext(ctx); err != nil {
						return err
					}
					enter(handle)
				}
				return nil
			}))
		}
		for _, call := range crowd {
			Expect(result(ctx, call)).To(Succeed())
		}
		take(ctx, first)
		Expect(most).To(Equal(1), "handles that were inside at once")
		Expect(turns).To(BeNumerically(">=", callers*each))
		give(ctx, first)
	})

	It("orders what one caller does and what the next one does", spec.Worth(1), func(ctx SpecContext) {
		tries := func(handle *lock.Handle) bool { got, _ := handle.TryLock(); return got }
		waits := func(handle *lock.Handle) bool { return handle.LockContext(ctx) == nil }
		asks := func(*lock.Handle) bool { guard.Holder(); return false }
		for _, pair := range []struct {
			one, other func(*lock.Handle) bool
			turns      int
		}{
			{tries, tries, 2}, {tries, waits, 2}, {waits, tries, 2}, {waits, waits, 2},
			{waits, asks, 1}, {tries, asks, 1}, {asks, waits, 1}, {asks, tries, 1},
		} {
			// Guarded by nothing but the lock: nothing else tells the one goroutine of
			// the other, though one comes after the other.
			guard = lock.New()
			turns := 0
			leaveOne := visit(ctx, guard.Handle(), pair.one, &turns)
			spec.Quiet(ctx)
			leaveOther := visit(ctx, guard.Handle(), pair.other, &turns)
			leaveOne()
			leaveOther()
			Expect(turns).To(Equal(pair.turns), "callers that got a lock that nobody held")
		}
	})

	It("takes nothing when a waiter gives up", spec.Worth(1), func(ctx SpecContext) {
		canceled, cancel := context.WithCancel(ctx)
		late, pass := spec.Late(ctx)
		for _, by := range []struct {
			ending context.Context
			end    func()
			err    error
		}{
			{canceled, cancel, context.Canceled},
			{late, pass, context.DeadlineExceeded},
		} {
			take(ctx, first)
			goes := begin(by.ending, second)
			spec.Settled(ctx, goes)
			by.end()
			Expect(result(ctx, goes)).To(MatchError(by.err))
			Expect(who(guard.Holder())).To(Equal(who(first)))
			give(ctx, first)
			spec.Quiet(ctx)
			Expect(who(guard.Holder())).To(Equal(who(nil)), "the holder, when the only one who waited has given up")
			Expect(try(ctx, third)).To(BeTrue(), "TryLock, when nobody holds the lock")
			give(ctx, third)
			// A handle that gave up is as good as new.
			Expect(try(ctx, second)).To(BeTrue())
			give(ctx, second)
		}
	})

	It("keeps all others waiting when one among them gives up", spec.Worth(1), func(ctx SpecContext) {
		take(ctx, first)
		ending, cancel := context.WithCancel(ctx)
		defer cancel()
		passes := func() <-chan error {
			handle := guard.Handle()
			return spec.Go(func() error {
				err := handle.LockContext(ctx)
				if err == nil {
					handle.Unlock()
				}
				return err
			})
		}
		// One after the other, so that the one that goes is neither first nor last.
		before := passes()
		spec.Settled(ctx, before)
		goes := begin(ending, second)
		spec.Settled(ctx, before, goes)
		after := passes()
		spec.Settled(ctx, before, goes, after)
		cancel()
		Expect(result(ctx, goes)).To(MatchError(context.Canceled))
		spec.Settled(ctx, before, after)
		give(ctx, first)
		const promise = "LockContext of one who waits on, after another gave up and the lock came free"
		Expect(result(ctx, before, promise)).To(Succeed())
		Expect(result(ctx, after, promise)).To(Succeed())
	})

	// The waiter hears that its context ends, and before it has heard why, the lock
	// comes free; or that happens all at once.
	pauses := []func(context.Context){spec.Quiet, func(context.Context) {}}

	It("is not left with a waiter that gives up as it comes free", spec.Worth(1), func(ctx SpecContext) {
		for _, pause := range pauses {
			// What comes first, if all comes at once, is chance: so there are many.
			all := contend(ctx, 20)
			giveUp(ctx, all, pause)
			var others []*lock.Handle
			var again []<-chan error
			for i, one := range all {
				err := one.settle(ctx)
				others = append(others, one.guard.Handle())
				Expect(try(ctx, others[i])).To(BeTrue(), "TryLock, after the holder gave the lock back and the only waiter returned %v", err)
				again = append(again, begin(ctx, one.waiter))
			}
			// A handle that gave up remembers nothing of it.
			spec.Settled(ctx, again...)
			for i, one := range all {
				give(ctx, others[i])
				Expect(result(ctx, again[i])).To(Succeed())
				give(ctx, one.waiter)
			}
		}
	})

	It("goes to another waiter when one gives up as it comes free", spec.Worth(1), func(ctx SpecContext) {
		for _, pause := range pauses {
			all := contend(ctx, 10)
			var stay []<-chan error
			var handles []*lock.Handle
			for i, one := range all {
				handles = append(handles, one.guard.Handle())
				stay = append(stay, begin(ctx, handles[i]))
			}
			spec.Settled(ctx, stay...)
			giveUp(ctx, all, pause)
			for i, one := range all {
				err := one.settle(ctx)
				Expect(result(ctx, stay[i], "the lock came free, one waiter returned %v, and the other one gets the lock", err)).To(Succeed())
				Expect(who(one.guard.Holder())).To(Equal(who(handles[i])))
				give(ctx, handles[i])
			}
		}
	})
})

// contest is a lock that one handle holds and another waits for, with a context
// that can be ended.
type contest struct {
	guard          *lock.Lock
	holder, waiter *lock.Handle
	context        slow
	waiting        <-chan error
}

// contend returns contests whose waiters wait.
func contend(ctx context.Context, n int) (all []contest) {
	GinkgoHelper()
	for range n {
		guard := lock.New()
		one := contest{guard: guard, holder: guard.Handle(), waiter: guard.Handle(), context: slowly(ctx)}
		take(ctx, one.holder)
		one.waiting = begin(one.context, one.waiter)
		all = append(all, one)
	}
	spec.Quiet(ctx)
	return all
}

// giveUp ends the contexts of the waiters and has the holders give the locks back.
func giveUp(ctx context.Context, all []contest, pause func(context.Context)) {
	GinkgoHelper()
	for _, one := range all {
		one.context.end()
	}
	pause(ctx)
	var unlocked []<-chan struct{}
	for _, one := range all {
		unlocked = append(unlocked, spec.Returned(one.holder.Unlock))
	}
	pause(ctx)
	for _, one := range all {
		one.context.explain()
	}
	for _, call := range unlocked {
		spec.AwaitClosed(ctx, call, "Unlock never waits")
	}
}

// settle returns what the waiter was told, and gives the lock back if it has it.
func (c contest) settle(ctx context.Context) error {
	GinkgoHelper()
	err := result(ctx, c.waiting)
	if err == nil {
		give(ctx, c.waiter)
	} else {
		Expect(err).To(MatchError(context.Canceled))
	}
	return err
}

// visit takes a lock once, if take does, and gives it back, in a goroutine that
// lives on until it is told to leave.
func visit(ctx context.Context, handle *lock.Handle, take func(*lock.Handle) bool, turns *int) (leave func()) {
	// Asked for here, since asking orders those who ask.
	over, ended := make(chan struct{}), ctx.Done()
	gone := spec.Returned(func() {
		if take(handle) {
			*turns++
			handle.Unlock()
		}
		select {
		case <-over:
		case <-ended:
		}
	})
	return func() {
		GinkgoHelper()
		close(over)
		spec.AwaitClosed(ctx, gone)
	}
}

// slow is a context whose end is heard at once, and explained later: Err waits.
type slow struct {
	own
	end, explain func()
}

func slowly(ctx context.Context) slow {
	ended, explained := make(chan struct{}), make(chan struct{})
	err := func() error {
		select {
		case <-ended:
		default:
			return nil
		}
		select {
		case <-explained:
		case <-ctx.Done():
		}
		return context.Canceled
	}
	return slow{
		own:     own{Context: context.WithoutCancel(ctx), done: ended, err: err},
		end:     sync.OnceFunc(func() { close(ended) }),
		explain: sync.OnceFunc(func() { close(explained) }),
	}
}

// lingering is a context that takes its time to say what to wait for.
type lingering struct {
	own
	linger func()
}

func (l lingering) Done() <-chan struct{} {
	l.linger()
	return l.own.Done()
}
