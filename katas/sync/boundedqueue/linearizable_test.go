package boundedqueue_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
	. "github.com/onsi/ginkgo/v2"

	"github.com/concurrency-dojo/dojo/katas/sync/boundedqueue"
)

// A history is what concurrent callers saw. It is right if there is some order
// in which the same calls, one at a time, would have returned the same: that is
// linearizability (Herlihy and Wing 1990), and porcupine looks for the order.

type call struct {
	method string // "put", "take", "close"
	item   int
}

type result struct {
	item int
	err  error
}

// fifo is the queue that the history is compared with.
func fifo(capacity int) porcupine.Model {
	type state struct {
		items  string // comparable: the items, a comma after each
		count  int
		closed bool
	}
	return porcupine.Model{
		Init: func() any { return state{} },
		Step: func(before, input, output any) (bool, any) {
			s, in, out := before.(state), input.(call), output.(result)
			switch {
			case in.method == "close":
				s.closed = true
				return true, s
			case in.method == "put" && out.err != nil:
				return s.closed && errors.Is(out.err, boundedqueue.ErrClosed), s
			case in.method == "put":
				legal := !s.closed && s.count < capacity
				s.items, s.count = s.items+fmt.Sprintf("%d,", in.item), s.count+1
				return legal, s
			case out.err != nil:
				return s.closed && s.count == 0 && errors.Is(out.err, boundedqueue.ErrClosed), s
			default:
				rest, legal := strings.CutPrefix(s.items, fmt.Sprintf("%d,", out.item))
				s.items, s.count = rest, s.count-1
				return legal, s
			}
		},
		DescribeOperation: func(input, output any) string { return describe(input.(call), output.(result)) },
	}
}

// observe lets several callers put, take, give up and close, and records each
// call.
func observe(ctx context.Context, queue *boundedqueue.Queue[int], chance *rand.Rand) []porcupine.Operation {
	const putters, takers, each = 3, 3, 8
	var (
		mu      sync.Mutex
		history []porcupine.Operation
		start   = time.Now()
	)
	record := func(client int, in call, do func() result) result {
		called := time.Since(start).Nanoseconds()
		out := do()
		returned := time.Since(start).Nanoseconds()
		// A call that gave up has changed nothing, so it fits in anywhere, and
		// every place where it fits costs the search time.
		if errors.Is(out.err, context.Canceled) {
			return out
		}
		mu.Lock()
		defer mu.Unlock()
		history = append(history, porcupine.Operation{ClientId: client, Input: in, Output: out, Call: called, Return: returned})
		return out
	}

	over := make(chan struct{})
	var putting, taking, looking sync.WaitGroup
	looking.Go(func() {
		// Nothing orders these calls and the others', so that the race detector
		// sees an unlocked Len whenever it happens.
		for range 1000 {
			queue.Len()
			select {
			case <-over:
				return
			default:
			}
		}
	})
	for client := range putters {
		impatient := moods(chance, each)
		putting.Go(func() {
			defer GinkgoRecover()
			for i := range each {
				trying, giveUp := context.WithCancel(ctx)
				if impatient[i] {
					go giveUp()
				}
				item := client*each + i
				record(client, call{"put", item}, func() result { return result{err: queue.Put(trying, item)} })
				giveUp()
			}
		})
	}
	for client := range takers {
		impatient := moods(chance, each)
		taking.Go(func() {
			defer GinkgoRecover()
			for i := 0; ; i++ {
				trying, giveUp := context.WithCancel(ctx)
				if impatient[i%each] {
					go giveUp()
				}
				out := record(putters+client, call{method: "take"}, func() result {
					item, err := queue.Take(trying)
					return result{item, err}
				})
				giveUp()
				if out.err != nil && !errors.Is(out.err, context.Canceled) {
					return
				}
			}
		})
	}
	putting.Wait()
	record(putters+takers, call{method: "close"}, func() result { queue.Close(); return result{} })
	taking.Wait()
	close(over)
	looking.Wait()
	return history
}

// moods draws which calls will give up as soon as they began, one in four.
func moods(chance *rand.Rand, n int) []bool {
	impatient := make([]bool, n)
	for i := range impatient {
		impatient[i] = chance.IntN(4) == 0
	}
	return impatient
}

// tell prints a history by the time of the calls.
func tell(history []porcupine.Operation) string {
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var text strings.Builder
	for _, o := range history {
		fmt.Fprintf(&text, "%8dns to %8dns  caller %d: %s\n", o.Call, o.Return, o.ClientId, describe(o.Input.(call), o.Output.(result)))
	}
	return text.String()
}

func describe(in call, out result) string {
	switch {
	case in.method == "close":
		return "Close()"
	case in.method == "put" && out.err == nil:
		return fmt.Sprintf("Put(%d)", in.item)
	case in.method == "put":
		return fmt.Sprintf("Put(%d): %v", in.item, out.err)
	case out.err == nil:
		return fmt.Sprintf("Take() = %d", out.item)
	}
	return fmt.Sprintf("Take(): %v", out.err)
}
