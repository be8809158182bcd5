//go:build linux

package messagequeue_test

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/messagequeue"
)

func TestMessageQueue(t *testing.T) { spec.Run(t) }

var _ = Describe("A message queue", func() {
	It("hands on what another process put, in its order, after that process has ended", spec.Worth(1), func(ctx SpecContext) {
		_, err := messagequeue.Open(spec.Folder())
		Expect(err).To(MatchError(fs.ErrNotExist), "there is no queue in the folder")

		elsewhere := serve(1)
		elsewhere.open().puts(ctx, "elsewhere")
		server := serve(8)
		child := start(producer, server.folder, 1, 3, 100)
		child.input.Cut()
		child.succeeds(ctx)
		one, other := server.open(), server.open()
		binary := "\x00\xff\n\r\n\x00"
		one.puts(ctx, "", binary)
		other.puts(ctx, "last")
		for i := range 3 {
			Expect(identify([]byte(other.take(ctx)))).To(Equal(fmt.Sprint("1 ", i)))
		}
		Expect(other.take(ctx)).To(BeEmpty())
		Expect(one.take(ctx)).To(Equal(binary))
		Expect(one.take(ctx)).To(Equal("last"))
		Expect(elsewhere.open().take(ctx)).To(Equal("elsewhere"), "the queue in another folder")
	})

	It("gives each message to one consumer, and each producer's in their order", spec.Worth(2), func(ctx SpecContext) {
		const producers, consumers, each = 3, 2, 40
		server := serve(4)
		var putting, taking []*process
		for range consumers {
			child := start(consumer, server.folder, 2, 0)
			child.input.Cut()
			taking = append(taking, child)
		}
		for number := range producers {
			putting = append(putting, start(producer, server.folder, number, each, 300))
		}
		for _, child := range taking {
			child.waitsAfter(ctx, 1)
		}
		for _, child := range putting {
			child.input.Cut()
		}
		for _, child := range putting {
			child.succeeds(ctx)
		}
		Expect(errorOf(ctx, server.closing(ctx))).To(Succeed())

		times := map[string]int{}
		for _, child := range taking {
			child.succeeds(ctx)
			last := map[string]int{}
			for _, line := range child.lines()[1:] {
				taker, name, _ := strings.Cut(strings.TrimSpace(line), " ")
				var number, i int
				_, err := fmt.Sscanf(name, "%d %d", &number, &i)
				Expect(err).NotTo(HaveOccurred(), "a message is %s", name)
				times[name]++
				before := fmt.Sprint(taker, " of ", number)
				Expect(i+1).To(BeNumerically(">", last[before]), "one goroutine took messages of one producer out of order, or twice")
				last[before] = i + 1
			}
		}
		for number := range producers {
			for i := range each {
				name := fmt.Sprint(number, " ", i)
				Expect(times[name]).To(Equal(1), "how often message %s was taken", name)
			}
		}
	})

	It("keeps messages whole that are larger than any pipe holds", spec.Worth(2), func(ctx SpecContext) {
		const each = 5
		server := serve(2)
		queue := server.open()
		queue.puts(ctx, string(message(9, 0, 1<<20)))
		Expect(identify([]byte(queue.take(ctx)))).To(Equal("9 0"))

		one, other := start(producer, server.folder, 1, each, 400_000), start(producer, server.folder, 2, each, 150_000)
		one.input.Cut()
		other.input.Cut()
		seen := map[string]bool{}
		for range 2 * each {
			name := identify([]byte(queue.take(ctx)))
			Expect(name).NotTo(HavePrefix("torn"))
			seen[name] = true
		}
		Expect(seen).To(HaveLen(2*each), "a message came twice")
		one.succeeds(ctx)
		other.succeeds(ctx)
	})

	It("keeps apart what goroutines put at once, and what they took", spec.Worth(1), func(ctx SpecContext) {
		const callers = 8
		server := serve(1)
		queue := server.open()
		queue.puts(ctx, "first")
		var puts []<-chan error
		var names []string
		for number := range callers {
			puts = append(puts, queue.putting(ctx, string(message(number, 0, 10_000))))
			names = append(names, fmt.Sprint(number, " 0"))
		}
		spec.Settled(ctx, puts...)
		Expect(queue.take(ctx)).To(Equal("first"))
		// Whoever keeps a message while it takes the next still has that one.
		taking := spec.Go(func() (all [][]byte) {
			for range callers {
				message, _ := queue.Take(ctx)
				all = append(all, message)
			}
			return all
		})
		for _, put := range puts {
			Expect(errorOf(ctx, put)).To(Succeed())
		}
		kept := spec.Await(ctx, taking, "a message is lost, or Take doesn't notice it")
		var taken []string
		for _, message := range kept {
			taken = append(taken, identify(message))
		}
		Expect(taken).To(ConsistOf(names))
	})

	It("makes producers wait while it is full, at no CPU", spec.Worth(2), func(ctx SpecContext) {
		const capacity = 3
		server := serve(capacity)
		child := start(producer, server.folder, 1, capacity+2, 100)
		child.input.Cut()
		child.waitsAfter(ctx, 1+capacity)
		queue := server.open()
		mine := queue.putting(ctx, string(message(2, 0, 10)))
		spec.Idle(ctx)
		Expect(mine).NotTo(Receive(), "the queue holds more messages than its capacity says")
		Expect(child.lines()).To(HaveLen(1+capacity), "the queue holds more messages than its capacity says")

		Expect(identify([]byte(queue.take(ctx)))).To(Equal("1 0"))
		put := func() int { return len(mine) + len(child.lines()) - 1 }
		Eventually(ctx, put).Should(Equal(capacity+1), "there is room, and nobody uses it")
		spec.Quiet(ctx)
		Expect(put()).To(Equal(capacity+1), "there was room for one message")
		var rest []string
		for range capacity + 2 {
			rest = append(rest, identify([]byte(queue.take(ctx))))
		}
		Expect(rest).To(ConsistOf("1 1", "1 2", "1 3", "1 4", "2 0"))
		Expect(errorOf(ctx, mine)).To(Succeed())
		child.succeeds(ctx)
	})

	It("makes consumers wait while it is empty, at no CPU", spec.Worth(1), func(ctx SpecContext) {
		server := serve(5)
		child := start(consumer, server.folder, 1, 1)
		child.waitsAfter(ctx, 1)
		one, other := server.open(), server.open()
		first, second := one.taking(ctx), other.taking(ctx)
		spec.Idle(ctx)
		Expect(child.lines()).To(HaveLen(1))
		taken := func() int { return len(first) + len(second) + len(child.lines()) - 1 }
		for i := range 3 {
			one.puts(ctx, string(message(1, i, 10)))
			Eventually(ctx, taken).Should(Equal(i+1), "a message is there, and nobody takes it")
			spec.Quiet(ctx)
			Expect(taken()).To(Equal(i+1), "one message was put")
		}
		child.input.Cut()
		child.succeeds(ctx)
		_, name, _ := strings.Cut(child.lines()[1], " ")
		Expect([]string{
			strings.TrimSpace(name), identify([]byte(messageOf(ctx, first))), identify([]byte(messageOf(ctx, second))),
		}).To(ConsistOf("1 0", "1 1", "1 2"))
	})

	It("has no message of a Put that gave up, and keeps the room for others", spec.Worth(1), func(ctx SpecContext) {
		server := serve(1)
		queue := server.open()
		queue.puts(ctx, "first")
		for range 3 {
			impatient, giveUp := context.WithCancel(ctx)
			call := queue.putting(impatient, "regretted")
			spec.Settled(ctx, call)
			giveUp()
			Expect(errorOf(ctx, call)).To(MatchError(context.Canceled))
		}
		Expect(errorOf(ctx, queue.putting(late(ctx), "late"))).To(MatchError(context.DeadlineExceeded))
		Expect(queue.take(ctx)).To(Equal("first"))
		waiting := queue.taking(ctx)
		spec.Quiet(ctx)
		Expect(waiting).NotTo(Receive(), "there is a message whose Put has said that it isn't there")
		server.open().puts(ctx, "second", "third")
		Expect(messageOf(ctx, waiting)).To(Equal("second"))
		Expect(queue.take(ctx)).To(Equal("third"))
	})

	It("loses nothing to a Take that gives up", spec.Worth(1), func(ctx SpecContext) {
		const rounds = 30
		server := serve(2)
		queue, other := server.open(), server.open()
		impatient, giveUp := context.WithCancel(ctx)
		call := queue.taking(impatient)
		spec.Settled(ctx, call)
		giveUp()
		Expect(endOf(ctx, call).err).To(MatchError(context.Canceled))
		Expect(endOf(ctx, queue.taking(late(ctx))).err).To(MatchError(context.DeadlineExceeded))
		other.puts(ctx, "kept")
		Expect(other.take(ctx)).To(Equal("kept"))

		// It gives up while the message comes: it returns the message, or leaves it.
		for round := range rounds {
			impatient, giveUp := context.WithCancel(ctx)
			call := queue.taking(impatient)
			if round%2 == 0 {
				spec.Settled(ctx, call)
			}
			put := other.putting(ctx, fmt.Sprint(round))
			giveUp()
			Expect(errorOf(ctx, put)).To(Succeed())
			seen := endOf(ctx, call)
			if seen.err != nil {
				Expect(seen.err).To(MatchError(context.Canceled))
				seen.message = other.take(ctx)
			}
			Expect(seen.message).To(Equal(fmt.Sprint(round)))
		}
	})

	It("says of each call that gave up what is true", spec.Worth(1), func(ctx SpecContext) {
		server := serve(2)
		queue := server.open()
		// Once for each time that a call asks its context, which ends then.
		for times := int64(1); ; times++ {
			over := ending(ctx, times)
			if err := errorOf(ctx, queue.putting(over, "doubtful")); err != nil {
				Expect(err).To(MatchError(context.Canceled))
				queue.puts(ctx, "certain")
				Expect(queue.take(ctx)).To(Equal("certain"), "there is a message whose Put has said that it isn't there")
			} else {
				Expect(queue.take(ctx)).To(Equal("doubtful"))
			}
			if over.Context.Err() == nil {
				break
			}
		}
		for times := int64(1); ; times++ {
			over := ending(ctx, times)
			queue.puts(ctx, "kept")
			seen := endOf(ctx, queue.taking(over))
			if seen.err != nil {
				Expect(seen.err).To(MatchError(context.Canceled))
				seen.message = queue.take(ctx)
			}
			Expect(seen.message).To(Equal("kept"))
			if over.Context.Err() == nil {
				break
			}
		}
	})

	It("lets another go on when one that could gives up", spec.Worth(1), func(ctx SpecContext) {
		const rounds, leaving, staying = 10, 16, 8
		server := serve(staying)
		queue, other := server.open(), server.open()
		for range rounds {
			var calls []<-chan took
			var ends []context.CancelFunc
			take := func(ctx context.Context) {
				calls = append(calls, queue.taking(ctx))
			}
			for range leaving {
				impatient, giveUp := context.WithCancel(ctx)
				take(impatient)
				ends = append(ends, giveUp)
			}
			spec.Settled(ctx, calls...)
			for range staying {
				take(ctx)
			}
			spec.Settled(ctx, calls...)

			var puts []<-chan error
			for i := range staying {
				puts = append(puts, other.putting(ctx, fmt.Sprint(i)))
			}
			for _, giveUp := range ends {
				giveUp()
			}
			for _, put := range puts {
				Expect(errorOf(ctx, put)).To(Succeed())
			}
			taken := 0
			for _, call := range calls[:leaving] {
				if seen := endOf(ctx, call); seen.err == nil {
					taken++
				} else {
					Expect(seen.err).To(MatchError(context.Canceled))
				}
			}
			waited := func() (ended int) {
				for _, call := range calls[leaving:] {
					ended += len(call)
				}
				return ended
			}
			Eventually(ctx, waited).Should(Equal(staying-taken), "a message is there, and nobody takes it")
			for range taken {
				other.puts(ctx, "more")
			}
			Eventually(ctx, waited).Should(Equal(staying), "a message is there, and nobody takes it")
		}
	})
})
