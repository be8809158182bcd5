package tally_test

import (
	"context"
	"fmt"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/tally"
)

var _ = Describe("A tally that many goroutines use at once", func() {
	var counts *tally.Tally

	BeforeEach(func() { counts = tally.New() })

	It("lets nobody touch what another may be using", spec.Worth(2), func(ctx SpecContext) {
		one := func(count int) int { return count + 1 }
		calls := []func(*tally.Tally){
			func(t *tally.Tally) { t.Add("apple", 1) },
			func(t *tally.Tally) { t.Update("apple", one) },
			func(t *tally.Tally) { t.Count("apple") },
			func(t *tally.Tally) { t.Snapshot() },
			func(t *tally.Tally) { t.Drain() },
		}
		// Two at a time: a third call in between may order what they don't.
		for i, one := range calls {
			for _, other := range calls[:i+1] {
				counts := tally.New()
				counts.Add("apple", 1)
				apart(ctx, func() { one(counts) }, func() { other(counts) })
			}
		}
	})

	It("loses no count of a crowd", spec.Worth(1), func(ctx SpecContext) {
		const callers, each = 8, 100
		gate := spec.Gate(callers)
		var crowd []<-chan []int
		for caller := range callers {
			crowd = append(crowd, spec.Go(func() (returned []int) {
				if gate.Enter(ctx) != nil {
					return nil
				}
				for i := range each {
					returned = append(returned, counts.Add("everybody", 1))
					counts.Update(fmt.Sprint("caller ", caller), func(count int) int { return count + 1 })
					counts.Add(fmt.Sprint("shared ", i%3), 2)
					counts.Count("everybody")
				}
				return returned
			}))
		}
		var returned []int
		for _, call := range crowd {
			some := spec.Await(ctx, call)
			returned = append(returned, some...)
		}
		Expect(counts.Count("everybody")).To(Equal(callers*each), "the count of %d goroutines that added 1 to it %d times each", callers, each)
		slices.Sort(returned)
		for i, count := range returned {
			Expect(count).To(Equal(i+1), "%d calls of Add(…, 1) return the numbers up to %d, and none of them twice", callers*each, callers*each)
		}
		for caller := range callers {
			Expect(counts.Count(fmt.Sprint("caller ", caller))).To(Equal(each), "the count that one goroutine added to")
		}
		shared := counts.Count("shared 0") + counts.Count("shared 1") + counts.Count("shared 2")
		Expect(shared).To(Equal(2*callers*each), "three counts that all goroutines added to")
	})

	It("lets nobody in between the reading and the writing of a count", spec.Worth(2), func(ctx SpecContext) {
		const callers = 6
		var returned [callers]int
		var calls []func()
		for i := range callers {
			calls = append(calls, func() { returned[i] = counts.Add("apple", 1) })
		}
		pileUp(ctx, counts, calls...)
		Expect(counts.Count("apple")).To(Equal(callers), "the count of %d goroutines that came at the same time and added 1 each", callers)
		Expect(returned[:]).To(ConsistOf(1, 2, 3, 4, 5, 6), "what they were told")
	})

	It("lets nobody in between a new name and its count", spec.Worth(1), func(ctx SpecContext) {
		const names = 3
		var calls []func()
		var seen [names]map[string]int
		for i := range names {
			calls = append(calls,
				func() { counts.Add(fmt.Sprint("new ", i), 1) },
				func() { seen[i] = counts.Snapshot() })
		}
		pileUp(ctx, counts, calls...)
		for _, snapshot := range seen {
			delete(snapshot, inTheWay)
			for name, count := range snapshot {
				Expect(count).To(Equal(1), "the count of %q, a new name to which one goroutine added 1", name)
			}
		}
	})

	It("hands out to one caller what no other still reads", spec.Worth(1), func(ctx SpecContext) {
		counts.Add("apple", 1)
		// Nothing tells the one who updates of the one who changes what it has drained.
		slow := hold(ctx, func(count int) int { return count + 1 })
		updated := spec.Returned(func() { counts.Update("pear", slow.change) })
		spec.AwaitClosed(ctx, slow.inside)
		over, ended := make(chan struct{}), ctx.Done()
		drained := spec.Returned(func() {
			counts.Drain()["apple"] = 100
			select {
			case <-over:
			case <-ended:
			}
		})
		spec.Quiet(ctx)
		slow.release()
		spec.AwaitClosed(ctx, updated)
		close(over)
		spec.AwaitClosed(ctx, drained)
	})

	It("updates a count in one step", spec.Worth(2), func(ctx SpecContext) {
		counts.Add("apple", 10)
		slow := hold(ctx, func(count int) int { return 2 * count })
		updated := spec.Go(func() int { return counts.Update("apple", slow.change) })
		spec.AwaitClosed(ctx, slow.inside)
		added := spec.Returned(func() { counts.Add("apple", 1) })
		spec.Quiet(ctx)
		slow.release()
		result := spec.Await(ctx, updated)
		spec.AwaitClosed(ctx, added)
		// Either of the two was first.
		switch result {
		case 20:
			Expect(counts.Count("apple")).To(Equal(21), "10, which Update doubles, and after that Add adds 1")
		default:
			Expect(result).To(Equal(22), "what Update returned that doubles a count of 10, or of 11 if Add came before it")
			Expect(counts.Count("apple")).To(Equal(22), "10, to which Add adds 1, and after that Update doubles it")
		}
	})

	It("takes its snapshots at one moment", spec.Worth(1), func(ctx SpecContext) {
		// While the last name is held back, the others go on counting if they can.
		const names = 24
		name := func(i int) string { return fmt.Sprintf("name %02d", i) }
		for round := range 3 {
			counts.Drain()
			for i := range names {
				counts.Add(name(i), 0)
			}
			last := hold(ctx, func(count int) int { return count + 1 })
			held := spec.Returned(func() { counts.Update(name(names-1), last.change) })
			spec.AwaitClosed(ctx, last.inside)
			taken := spec.Go(counts.Snapshot)
			spec.Quiet(ctx)
			added := spec.Returned(func() {
				for i := range names - 1 {
					counts.Add(name(i), 1)
				}
			})
			spec.Quiet(ctx)
			before := hasReturned(added)
			last.release()
			seen := spec.Await(ctx, taken)
			spec.AwaitClosed(ctx, added)
			spec.AwaitClosed(ctx, held)

			Expect(seen).To(HaveLen(names), "the names, all counted before the snapshot")
			for i := 1; i < names-1; i++ {
				Expect(seen[name(i)]).To(BeNumerically("<=", seen[name(i-1)]),
					"round %d: %q was counted only after %q, and the snapshot has:\n%v", round, name(i), name(i-1), seen)
			}
			if before && seen[name(names-1)] == 1 {
				Expect(seen[name(0)]).To(Equal(1),
					"round %d: the last name was counted after all others, and the snapshot has:\n%v", round, seen)
				Expect(seen[name(names-2)]).To(Equal(1),
					"round %d: the last name was counted after all others, and the snapshot has:\n%v", round, seen)
			}
		}
	})

	It("drains at one moment", spec.Worth(1), func(ctx SpecContext) {
		// While one name is held back, others are counted if they can be: some, and
		// after them some more. Which can be is up to the answer, and may be chance.
		const names = 16
		for round := range 6 {
			counts := tally.New()
			name := func(i int) string { return fmt.Sprintf("name %d of round %d", i, round) }
			for i := range 2 * names {
				counts.Add(name(i), 0)
			}
			slow := hold(ctx, func(count int) int { return count })
			calls := []<-chan struct{}{spec.Returned(func() { counts.Update("held", slow.change) })}
			spec.AwaitClosed(ctx, slow.inside)
			drained := spec.Go(counts.Drain)
			spec.Quiet(ctx)
			add := func(i int) (added <-chan struct{}) {
				added = spec.Returned(func() { counts.Add(name(i), 1) })
				calls = append(calls, added)
				return added
			}
			var early []<-chan struct{}
			for i := range names {
				early = append(early, add(i))
			}
			spec.Quiet(ctx)
			first := map[string]bool{}
			for i, added := range early {
				first[name(i)] = hasReturned(added)
			}
			for i := range names {
				add(names + i)
			}
			spec.Quiet(ctx)
			slow.release()
			seen := spec.Await(ctx, drained)
			for _, call := range calls {
				spec.AwaitClosed(ctx, call)
			}
			for i := range names {
				if !first[name(i)] || seen[name(i)] == 1 {
					continue
				}
				for j := range names {
					Expect(seen[name(names+j)]).To(BeZero(), "%q was counted only after %q, which was not drained with it, of:\n%v", name(names+j), name(i), seen)
				}
			}
		}
	})

	It("drains every count exactly once", spec.Worth(1), func(ctx SpecContext) {
		var mu sync.Mutex
		total := map[string]int{}
		drain := func() {
			drained := counts.Drain()
			mu.Lock()
			defer mu.Unlock()
			for name, count := range drained {
				total[name] += count
			}
		}
		add := func() {
			counts.Add("apple", 1)
			counts.Update("pear", func(count int) int { return count + 1 })
		}
		const rounds = 3
		for range rounds {
			pileUp(ctx, counts, drain, add, add, drain, add, add)
		}
		drain()
		delete(total, inTheWay)
		Expect(total).To(Equal(map[string]int{"apple": 4 * rounds, "pear": 4 * rounds}),
			"all that was drained, of what %d callers counted in the meantime", 4*rounds)
	})

	It("makes callers wait without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		slow := hold(ctx, func(count int) int { return count })
		calls := []<-chan struct{}{spec.Returned(func() { counts.Update("apple", slow.change) })}
		spec.AwaitClosed(ctx, slow.inside)
		for _, call := range []func(){
			func() { counts.Add("apple", 1) },
			func() { counts.Count("apple") },
			func() { counts.Update("apple", func(count int) int { return count + 1 }) },
			func() { counts.Snapshot() },
		} {
			calls = append(calls, spec.Returned(call))
		}
		spec.Idle(ctx)
		slow.release()
		for _, call := range calls {
			spec.AwaitClosed(ctx, call)
		}
		Expect(counts.Drain()).To(Equal(map[string]int{"apple": 2}))
	})
})

// apart makes the calls one after the other, each in a goroutine of its own, and
// nothing but the tally tells one of them of another: what they share is a data
// race then, if the tally doesn't order it.
func apart(ctx context.Context, calls ...func()) {
	GinkgoHelper()
	// Asked for once, since asking orders those who ask.
	over, ended := make(chan struct{}), ctx.Done()
	var all []<-chan struct{}
	for i, call := range calls {
		if i > 0 {
			spec.Quiet(ctx)
		}
		all = append(all, spec.Returned(func() {
			call()
			select {
			case <-over:
			case <-ended:
			}
		}))
	}
	close(over)
	for _, call := range all {
		spec.AwaitClosed(ctx, call)
	}
}

// held is a change that takes its time.
type held struct {
	inside <-chan struct{} // closed when change is called
	change func(count int) int
	// release lets change return.
	release func()
}

// hold returns a change that waits until it is released. Only its first call does.
func hold(ctx context.Context, change func(int) int) held {
	inside, open := make(chan struct{}), make(chan struct{})
	first := sync.OnceFunc(func() {
		close(inside)
		select {
		case <-open:
		case <-ctx.Done():
		}
	})
	return held{
		inside:  inside,
		change:  func(count int) int { first(); return change(count) },
		release: sync.OnceFunc(func() { close(open) }),
	}
}

// inTheWay is the name that pileUp counts.
const inTheWay = "in the way"

// pileUp lets the calls come one after the other behind an update that takes its
// time, if it makes them wait, and then lets them all go. Those who wait longest
// find the lock taken once more before they get it: a sync.Mutex then hands itself
// from one to the next, so that who gives it back in the middle of a call is
// overtaken by all the others.
func pileUp(ctx context.Context, counts *tally.Tally, calls ...func()) {
	GinkgoHelper()
	same := func(count int) int { return count }
	first, second := hold(ctx, same), hold(ctx, same)
	all := []<-chan struct{}{spec.Returned(func() {
		counts.Update(inTheWay, first.change)
		counts.Update(inTheWay, second.change)
	})}
	spec.AwaitClosed(ctx, first.inside)
	calls = slices.Insert(slices.Clone(calls), 0, func() { counts.Update(inTheWay, same) })
	for _, call := range calls {
		all = append(all, spec.Returned(call))
		spec.Quiet(ctx)
	}
	first.release()
	spec.AwaitClosed(ctx, second.inside)
	spec.Quiet(ctx)
	second.release()
	for _, call := range all {
		spec.AwaitClosed(ctx, call)
	}
}

func hasReturned(call <-chan struct{}) bool {
	select {
	case <-call:
		return true
	default:
		return false
	}
}
