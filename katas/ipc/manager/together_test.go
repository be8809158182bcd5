package manager_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/rpc"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/manager"
)

// receive waits for a call, whatever becomes of it.
func receive(ctx context.Context, done <-chan *rpc.Call) *rpc.Call {
	GinkgoHelper()
	select {
	case call := <-done:
		return call
	default:
	}
	call := spec.Await(ctx, done, "a call is not answered")
	return call
}

// rush begins a call of each client for each number, all before the first is waited
// for, and returns by number how many replied true.
func rush(ctx context.Context, clients []*client, numbers int, method string, argument func(client, number int) any) []int {
	GinkgoHelper()
	calls := make([][]<-chan *rpc.Call, numbers)
	for number := range numbers {
		for i, c := range clients {
			calls[number] = append(calls[number], begin[bool](c, method, argument(i, number)))
		}
	}
	wins := make([]int, numbers)
	for number := range numbers {
		for _, call := range calls[number] {
			got := receive(ctx, call)
			Expect(got.Error).NotTo(HaveOccurred())
			if *got.Reply.(*bool) {
				wins[number]++
			}
		}
	}
	return wins
}

var _ = Describe("A manager whose clients all call at once", func() {
	It("checks and acts in one step", spec.Worth(2), func(ctx SpecContext) {
		const crowd, numbers = 6, 60
		s := start(ctx)
		all := s.clients(crowd)
		wins := rush(ctx, all, numbers, "Map.CompareAndSwap", func(client, number int) any {
			return manager.Swap{Key: fmt.Sprint(number), Old: "", New: fmt.Sprint("client ", client)}
		})
		for key, count := range wins {
			Expect(count).To(Equal(1), "calls that all have swapped the first value of key %d", key)
		}

		wins = rush(ctx, all, numbers, "List.AppendIf", func(client, number int) any {
			return manager.At{Length: number / 4, Item: "x"}
		})
		appended := 0
		for _, count := range wins {
			appended += count
		}
		Expect(ask[[]string](ctx, all[0], "List.Items", nothing)).To(HaveLen(appended), "items, of which each was appended at a length of its own")
		for length := range numbers / 4 {
			count := 0
			for _, won := range wins[4*length : 4*length+4] {
				count += won
			}
			Expect(count).To(BeNumerically("<=", 1), "calls that have all appended at length %d, and nobody removes", length)
		}
		for range appended {
			ask[string](ctx, all[0], "List.Pop", nothing)
		}

		for i := range numbers {
			Expect(ask[int](ctx, all[0], "List.Append", fmt.Sprint(i))).To(Equal(i + 1))
		}
		var pops []<-chan *rpc.Call
		for range numbers / crowd * 2 {
			for _, c := range all {
				pops = append(pops, begin[string](c, "List.Pop", nothing))
			}
		}
		seen := map[string]int{}
		for _, pop := range pops {
			if got := receive(ctx, pop); got.Error == nil {
				seen[*got.Reply.(*string)]++
			} else {
				Expect(got.Error).To(Equal(rpc.ServerError(manager.ErrEmpty.Error())))
			}
		}
		Expect(seen).To(HaveLen(numbers), "items that were popped")
		for item, count := range seen {
			Expect(count).To(Equal(1), "calls that popped item %s", item)
		}
		s.end(ctx)
	})

	It("replies as if the calls had come one after the other", spec.Worth(2), func(ctx SpecContext) {
		const crowd, rounds = 4, 3
		chance := spec.Rand()
		for range rounds {
			s := start(ctx)
			began := time.Now()
			var recorders []<-chan []porcupine.Operation
			for i, c := range s.clients(crowd) {
				own := rand.New(rand.NewPCG(chance.Uint64(), chance.Uint64()))
				recorders = append(recorders, spec.Go(func() []porcupine.Operation { return record(c, i, own, began) }))
			}
			var history []porcupine.Operation
			for _, recorder := range recorders {
				part := spec.Await(ctx, recorder, "calls are not answered")
				history = append(history, part...)
			}
			s.end(ctx)
			// A search that takes longer proves nothing, and is held against nobody.
			verdict := porcupine.CheckOperationsTimeout(model(), history, 3*time.Second)
			Expect(verdict).NotTo(Equal(porcupine.Illegal), "in no order could these calls have had these replies:\n%s", tell(history))
		}
	})
})

// A history is what concurrent callers saw. It is right if there is some order in
// which the same calls, one at a time, would have had the same replies: that is
// linearizability (Herlihy and Wing 1990), and porcupine looks for the order.

// request is a call in a history.
type request struct {
	method    string
	item, old string
	length    int
}

// state is the list, a comma after each item, and the value of one key.
type state struct {
	items, value string
}

func (s state) length() int { return strings.Count(s.items, ",") }

// model is the manager that the history is compared with: it says what each call
// would have been replied.
func model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return state{} },
		Step: func(before, input, output any) (bool, any) {
			want, after := step(before.(state), input.(request))
			return want == output.(string), after
		},
		DescribeOperation: describe,
	}
}

func describe(input, output any) string { return fmt.Sprintf("%+v: %q", input, output) }

func step(s state, in request) (string, state) {
	switch in.method {
	case "List.Append":
		s.items += in.item + ","
		return fmt.Sprint(s.length()), s
	case "List.AppendIf":
		holds := s.length() == in.length
		if holds {
			s.items += in.item + ","
		}
		return fmt.Sprint(holds), s
	case "List.Pop":
		if s.items == "" {
			return manager.ErrEmpty.Error(), s
		}
		rest := strings.TrimSuffix(s.items, ",")
		cut := strings.LastIndex(rest, ",") + 1
		s.items = s.items[:cut]
		return rest[cut:], s
	case "List.Items":
		return s.items, s
	case "Map.Set":
		s.value = in.item
		return "", s
	case "Map.Get":
		return s.value, s
	default:
		holds := s.value == in.old
		if holds {
			s.value = in.item
		}
		return fmt.Sprint(holds), s
	}
}

// record lets a client make calls by chance, and tells what it saw.
func record(c *client, number int, chance *rand.Rand, began time.Time) (history []porcupine.Operation) {
	const each = 20
	methods := []string{"List.Append", "List.Append", "List.AppendIf", "List.Pop", "List.Pop", "List.Items",
		"Map.Set", "Map.Get", "Map.Get", "Map.Get", "Map.CompareAndSwap", "Map.CompareAndSwap"}
	seen := state{}
	for i := range each {
		in := request{method: methods[chance.IntN(len(methods))], item: fmt.Sprintf("%d.%d", number, i), old: seen.value, length: seen.length()}
		called := time.Since(began).Nanoseconds()
		out := c.perform(in)
		history = append(history, porcupine.Operation{ClientId: number, Input: in, Output: out, Call: called, Return: time.Since(began).Nanoseconds()})
		switch in.method {
		case "List.Items":
			seen.items = out
		case "Map.Get":
			seen.value = out
		default:
			_, seen = step(seen, in)
		}
	}
	return history
}

// perform makes a call and writes its reply as the model does. Errors are texts.
func (c *client) perform(in request) string {
	var err error
	var text string
	var length int
	var holds bool
	var items []string
	var out any
	switch in.method {
	case "List.Append":
		err = c.Call(in.method, in.item, &length)
		out = length
	case "List.AppendIf":
		err = c.Call(in.method, manager.At{Length: in.length, Item: in.item}, &holds)
		out = holds
	case "List.Pop":
		err = c.Call(in.method, nothing, &text)
		out = text
	case "List.Items":
		err = c.Call(in.method, nothing, &items)
		out = strings.Join(append(items, ""), ",")
	case "Map.Set":
		err = c.Call(in.method, manager.Entry{Key: "k", Value: in.item}, new(manager.None))
		out = ""
	case "Map.Get":
		err = c.Call(in.method, "k", &text)
		out = text
	default:
		err = c.Call(in.method, manager.Swap{Key: "k", Old: in.old, New: in.item}, &holds)
		out = holds
	}
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(out)
}

// tell prints a history by the time of the calls.
func tell(history []porcupine.Operation) string {
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var text strings.Builder
	for _, o := range history {
		fmt.Fprintf(&text, "%8dns to %8dns  client %d: %s\n", o.Call, o.Return, o.ClientId, describe(o.Input, o.Output))
	}
	return text.String()
}
