package manager_test

import (
	"fmt"
	"net/rpc"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/manager"
)

func TestManager(t *testing.T) { spec.Run(t) }

var _ = Describe("A manager", func() {
	It("serves one list and one map to all its clients", spec.Worth(1), func(ctx SpecContext) {
		s := startAt(ctx, "tcp", "127.0.0.1:0")
		one, other := s.client(), s.client()
		Expect(ask[[]string](ctx, one, "List.Items", nothing)).To(BeEmpty())
		Expect(ask[map[string]string](ctx, one, "Map.Items", nothing)).To(BeEmpty())
		Expect(ask[int](ctx, one, "List.Append", "a")).To(Equal(1), "the length that Append replies")
		Expect(ask[int](ctx, other, "List.Append", "")).To(Equal(2), "the length that Append replies")
		Expect(ask[int](ctx, one, "List.Append", "c")).To(Equal(3), "the length that Append replies")
		Expect(ask[[]string](ctx, other, "List.Items", nothing)).To(Equal([]string{"a", "", "c"}))
		Expect(ask[string](ctx, other, "List.Pop", nothing)).To(Equal("c"), "the last item")
		Expect(ask[string](ctx, other, "List.Take", nothing)).To(Equal("a"), "the first item")
		Expect(ask[[]string](ctx, one, "List.Items", nothing)).To(Equal([]string{""}))
		// An item may be "", and is one.
		Expect(ask[string](ctx, other, "List.Pop", nothing)).To(BeEmpty(), "the only item, which is \"\"")
		ask[int](ctx, one, "List.Append", "")
		Expect(ask[string](ctx, other, "List.Take", nothing)).To(BeEmpty(), "the only item, which is \"\"")
		Expect(ask[[]string](ctx, one, "List.Items", nothing)).To(BeEmpty())

		ask[manager.None](ctx, one, "Map.Set", manager.Entry{Key: "k", Value: "v"})
		Expect(ask[string](ctx, other, "Map.Get", "k")).To(Equal("v"))
		Expect(ask[string](ctx, other, "Map.Get", "unheard of")).To(BeEmpty())
		ask[manager.None](ctx, other, "Map.Set", manager.Entry{Key: "k", Value: "w"})
		Expect(ask[map[string]string](ctx, one, "Map.Items", nothing)).To(Equal(map[string]string{"k": "w"}))
		s.end(ctx)
	})

	It("acts only if what the caller expects is so", spec.Worth(1), func(ctx SpecContext) {
		s := start(ctx)
		c := s.client()
		Expect(ask[bool](ctx, c, "List.AppendIf", manager.At{Length: 1, Item: "early"})).To(BeFalse())
		Expect(ask[bool](ctx, c, "List.AppendIf", manager.At{Length: 0, Item: "a"})).To(BeTrue())
		Expect(ask[bool](ctx, c, "List.AppendIf", manager.At{Length: 0, Item: "late"})).To(BeFalse())
		Expect(ask[bool](ctx, c, "List.AppendIf", manager.At{Length: 1, Item: "b"})).To(BeTrue())
		Expect(ask[[]string](ctx, c, "List.Items", nothing)).To(Equal([]string{"a", "b"}))

		Expect(ask[bool](ctx, c, "Map.CompareAndSwap", manager.Swap{Key: "k", Old: "x", New: "1"})).To(BeFalse())
		Expect(ask[string](ctx, c, "Map.Get", "k")).To(BeEmpty())
		Expect(ask[bool](ctx, c, "Map.CompareAndSwap", manager.Swap{Key: "k", Old: "", New: "1"})).To(BeTrue(), "a key that nobody has set has the value \"\"")
		Expect(ask[bool](ctx, c, "Map.CompareAndSwap", manager.Swap{Key: "k", Old: "", New: "2"})).To(BeFalse())
		Expect(ask[bool](ctx, c, "Map.CompareAndSwap", manager.Swap{Key: "k", Old: "1", New: "3"})).To(BeTrue())
		Expect(ask[bool](ctx, c, "Map.CompareAndSwap", manager.Swap{Key: "k", Old: "3", New: "3"})).To(BeTrue(), "the key has the old value, which is the new one too")
		Expect(ask[bool](ctx, c, "Map.CompareAndSwap", manager.Swap{Key: "k", Old: "2", New: "2"})).To(BeFalse())
		Expect(ask[string](ctx, c, "Map.Get", "k")).To(Equal("3"))
		s.end(ctx)
	})

	It("tells a client what can't be done, and serves it on", spec.Worth(1), func(ctx SpecContext) {
		s := start(ctx)
		c := s.client()
		empty := rpc.ServerError(manager.ErrEmpty.Error())
		Expect(refusal[string](ctx, c, "List.Pop", nothing)).To(Equal(empty))
		for _, method := range []string{"List.Sort", "Map.Sort", "Dict.Get", "Get", ""} {
			refusal[string](ctx, c, method, "k")
			Expect(ask[string](ctx, c, "Map.Get", "k")).To(BeEmpty(), "the call after one of %q, on the same connection", method)
		}
		refusal[string](ctx, c, "Map.Get", manager.At{Length: 1})
		refusal[int](ctx, c, "List.Append", 1)
		Expect(ask[int](ctx, c, "List.Append", "a")).To(Equal(1), "the call after those with arguments of other types")
		Expect(ask[string](ctx, c, "List.Pop", nothing)).To(Equal("a"))
		Expect(refusal[string](ctx, c, "List.Pop", nothing)).To(Equal(empty))
		s.end(ctx)
	})

	It("lets Take wait, and nobody else", spec.Worth(1), func(ctx SpecContext) {
		s := start(ctx)
		one, other := s.client(), s.client()
		take := begin[string](one, "List.Take", nothing)
		spec.Settled(ctx, take)
		spec.Idle(ctx)
		Expect(refusal[string](ctx, one, "List.Pop", nothing)).NotTo(BeNil())
		Expect(ask[string](ctx, other, "Map.Get", "k")).To(BeEmpty())
		ask[int](ctx, one, "List.Append", "from the same connection")
		Expect(reply[string](ctx, take)).To(Equal("from the same connection"))

		// Whatever brings an item wakes one of those who wait, and only one takes it.
		takes := []<-chan *rpc.Call{begin[string](one, "List.Take", nothing), begin[string](other, "List.Take", nothing), begin[string](other, "List.Take", nothing)}
		spec.Settled(ctx, takes...)
		ask[int](ctx, one, "List.Append", "a")
		ask[int](ctx, other, "List.Append", "b")
		spec.Quiet(ctx)
		Expect(ask[bool](ctx, one, "List.AppendIf", manager.At{Length: 0, Item: "c"})).To(BeTrue(), "the two that were appended have been taken")
		var took []string
		for _, take := range takes {
			took = append(took, reply[string](ctx, take))
		}
		Expect(took).To(ConsistOf("a", "b", "c"))
		Expect(ask[[]string](ctx, one, "List.Items", nothing)).To(BeEmpty())
		s.end(ctx)
	})

	It("hands out what nobody changes any more", spec.Worth(1), func(ctx SpecContext) {
		const keys, changes, looks = 1000, 300, 6
		s := start(ctx)
		all := s.clients(3)
		entry := func(i int) manager.Entry {
			return manager.Entry{Key: fmt.Sprint("key ", i%keys), Value: fmt.Sprint("value ", i)}
		}
		var calls []<-chan *rpc.Call
		for i := range keys {
			calls = append(calls, begin[manager.None](all[0], "Map.Set", entry(i)))
		}
		finish := func() {
			for _, call := range calls {
				Expect(receive(ctx, call).Error).NotTo(HaveOccurred())
			}
			calls = nil
		}
		finish()
		for i := range changes {
			if i%(changes/looks) == 0 {
				calls = append(calls, begin[map[string]string](all[1], "Map.Items", nothing), begin[[]string](all[2], "List.Items", nothing))
			}
			calls = append(calls, begin[manager.None](all[0], "Map.Set", entry(keys+i)), begin[int](all[0], "List.Append", "x"),
				begin[string](all[1], "Map.Get", entry(i).Key))
		}
		finish()
		Expect(ask[map[string]string](ctx, all[1], "Map.Items", nothing)).To(HaveLen(keys))
		Expect(ask[[]string](ctx, all[2], "List.Items", nothing)).To(HaveLen(changes))

		// The first reply is too large for a client that doesn't read, so that the second
		// has to wait, and meanwhile two items go and another one takes the place of one.
		absent, back := s.absent()
		large := strings.Repeat("x", 8*narrow)
		ask[manager.None](ctx, all[0], "Map.Set", manager.Entry{Key: "large", Value: large})
		first := begin[string](absent, "Map.Get", "large")
		spec.Settled(ctx, first)
		second := begin[[]string](absent, "List.Items", nothing)
		spec.Settled(ctx, first, second)
		before := ask[[]string](ctx, all[0], "List.Items", nothing)
		ask[string](ctx, all[0], "List.Pop", nothing)
		ask[string](ctx, all[0], "List.Pop", nothing)
		ask[int](ctx, all[0], "List.Append", "y")
		after := ask[[]string](ctx, all[0], "List.Items", nothing)
		back()
		Expect(reply[string](ctx, first)).To(HaveLen(len(large)))
		Expect(reply[[]string](ctx, second)).To(BeElementOf(before, before[:changes-1], before[:changes-2], after), "List.Items replied a list that never was, mixed of several moments")
		s.end(ctx)
	})

	It("lets a client that never reads wait, and nobody else", spec.Worth(1), func(ctx SpecContext) {
		const pieces = 8
		s := start(ctx)
		brisk := s.client()
		piece := strings.Repeat("x", 4*narrow)
		for i := range pieces {
			ask[int](ctx, brisk, "List.Append", piece)
			ask[manager.None](ctx, brisk, "Map.Set", manager.Entry{Key: fmt.Sprint(i), Value: piece})
		}
		slow, slower := s.deaf(), s.deaf()
		items := begin[[]string](slow, "List.Items", nothing)
		entries := begin[map[string]string](slower, "Map.Items", nothing)
		spec.Settled(ctx, items, entries)

		Expect(ask[int](ctx, brisk, "List.Append", "a")).To(Equal(pieces + 1))
		Expect(ask[bool](ctx, brisk, "List.AppendIf", manager.At{Length: pieces + 1, Item: "b"})).To(BeTrue())
		Expect(ask[string](ctx, brisk, "List.Pop", nothing)).To(Equal("b"))
		Expect(ask[string](ctx, brisk, "List.Take", nothing)).To(HaveLen(len(piece)))
		ask[manager.None](ctx, brisk, "Map.Set", manager.Entry{Key: "k", Value: "1"})
		Expect(ask[bool](ctx, brisk, "Map.CompareAndSwap", manager.Swap{Key: "k", Old: "1", New: "2"})).To(BeTrue())
		Expect(ask[string](ctx, s.client(), "Map.Get", "k")).To(Equal("2"))

		slow.Close()
		slower.Close()
		Eventually(ctx, s.listener.open).Should(Equal(2), "connections that are open, when 2 of 4 clients have gone without reading their replies")
		s.end(ctx)
	})

	It("has nothing in common with another manager", spec.Worth(1), func(ctx SpecContext) {
		one, other := start(ctx), start(ctx)
		mine, theirs := one.client(), other.client()
		Expect(ask[int](ctx, mine, "List.Append", "mine")).To(Equal(1))
		ask[manager.None](ctx, mine, "Map.Set", manager.Entry{Key: "whose", Value: "mine"})
		Expect(ask[[]string](ctx, theirs, "List.Items", nothing)).To(BeEmpty())
		Expect(ask[string](ctx, theirs, "Map.Get", "whose")).To(BeEmpty())
		one.end(ctx)
		Expect(ask[int](ctx, theirs, "List.Append", "theirs")).To(Equal(1))
		other.end(ctx)
	})
})
