package semaphore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/semaphore"
)

// A history is what concurrent callers saw. It is right if there is some order
// in which the same calls, one at a time, would have returned the same: that is
// linearizability (Herlihy and Wing 1990), and porcupine looks for the order.

// A call is a method and its number of permits.
type call struct {
	method string // "Acquire", "TryAcquire", "Release"
	n      int
}

// permits is the semaphore that a history is compared with. It has no line: an
// Acquire is placed where it gets its permits, and a TryAcquire that failed is right
// only where there are too few.
func permits(capacity int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return capacity },
		Step: func(before, input, output any) (bool, any) {
			free, in, got := before.(int), input.(call), output.(bool)
			switch {
			case in.method == "Release":
				return free+in.n <= capacity, free + in.n
			case !got:
				return free < in.n, free
			}
			return free >= in.n, free - in.n
		},
		DescribeOperation: func(input, output any) string { return describe(input.(call), output.(bool)) },
	}
}

// recorder collects a history.
type recorder struct {
	mu      sync.Mutex
	start   time.Time
	history []porcupine.Operation
}

// record notes a call, unless keep says that it tells nothing.
func (r *recorder) record(client int, in call, do func() bool, keep func(got bool) bool) bool {
	called := time.Since(r.start).Nanoseconds()
	got := do()
	returned := time.Since(r.start).Nanoseconds()
	if keep(got) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.history = append(r.history, porcupine.Operation{ClientId: client, Input: in, Output: got, Call: called, Return: returned})
	}
	return got
}

const clients, each = 4, 10

// observe lets several callers take permits and give them back, at random. Only if
// patience is true do they also wait for them, and give up in between.
func observe(ctx context.Context, s *semaphore.Semaphore, chance *rand.Rand, patience bool) []porcupine.Operation {
	r := &recorder{start: time.Now()}
	var working sync.WaitGroup
	for client := range clients {
		draws := make([]int, 3*each)
		for i := range draws {
			draws[i] = chance.IntN(4)
		}
		working.Go(func() {
			defer GinkgoRecover()
			for i := range each {
				n := 1 + draws[3*i]/2
				in, take := call{"TryAcquire", n}, func() bool { return s.TryAcquire(n) }
				if patience && draws[3*i+1] > 0 {
					trying, giveUp := context.WithCancel(ctx)
					if draws[3*i+2] == 0 {
						go giveUp()
					}
					in, take = call{"Acquire", n}, func() bool { return s.Acquire(trying, n) == nil }
					defer giveUp()
				}
				// One who gave up has changed nothing, and a TryAcquire that failed
				// may have found others in line.
				got := r.record(client, in, take, func(got bool) bool { return got || !patience })
				if got {
					r.record(client, call{"Release", n}, func() bool { s.Release(n); return true }, func(bool) bool { return true })
				}
			}
		})
	}
	working.Wait()
	return r.history
}

var _ = Describe("A semaphore with many callers", func() {
	It("hands out what it has and never more, however they interleave", spec.Worth(1), func(ctx SpecContext) {
		const capacity = 3
		s, chance := semaphore.New(capacity), spec.Rand()
		for _, patience := range []bool{false, true} {
			history := observe(ctx, s, chance, patience)
			// The search may grow without bound. If it is cut off, well below the
			// processor time that a spec may use, nothing was found against it.
			verdict := porcupine.CheckOperationsTimeout(permits(capacity), history, 3*time.Second)
			Expect(verdict).NotTo(Equal(porcupine.Illegal),
				"no order of these calls, one at a time, explains what they returned, with %d permits:\n%s", capacity, tell(history))
			Expect(s.TryAcquire(capacity)).To(BeTrue(), "TryAcquire(%d), while all are free and nobody waits", capacity)
			s.Release(capacity)
		}
	})
})

// tell prints a history by the time of the calls.
func tell(history []porcupine.Operation) string {
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var text strings.Builder
	for _, o := range history {
		fmt.Fprintf(&text, "%8dns to %8dns  caller %d: %s\n", o.Call, o.Return, o.ClientId, describe(o.Input.(call), o.Output.(bool)))
	}
	return text.String()
}

func describe(in call, got bool) string {
	if in.method == "TryAcquire" {
		return fmt.Sprintf("TryAcquire(%d) = %t", in.n, got)
	}
	return fmt.Sprintf("%s(%d)", in.method, in.n)
}
