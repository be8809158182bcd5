//go:build linux

package messagequeue_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/messagequeue"
)

var _ = Describe("A process that is killed", func() {
	It("loses nothing while it waits for a message", spec.Worth(2), func(ctx SpecContext) {
		server := serve(3)
		queue := server.open()
		child := start(consumer, server.folder, 2, 0)
		child.waitsAfter(ctx, 1)
		mine := queue.taking(ctx)
		spec.Settled(ctx, mine)
		child.dies(ctx)
		queue.puts(ctx, "first", "second", "third")
		Expect([]string{messageOf(ctx, mine), queue.take(ctx), queue.take(ctx)}).To(ConsistOf("first", "second", "third"))
	})

	It("loses the message that it had taken and no other", spec.Worth(2), func(ctx SpecContext) {
		server := serve(5)
		queue := server.open()
		queue.puts(ctx, string(message(1, 0, 10)), "second", "third", "fourth", "fifth")
		child := start(consumer, server.folder, 1, 1)
		child.waitsAfter(ctx, 2)
		Expect(child.lines()[1]).To(Equal("0 1 0\n"))
		queue.puts(ctx, "sixth")
		child.dies(ctx)
		for _, expected := range []string{"second", "third", "fourth", "fifth", "sixth"} {
			Expect(queue.take(ctx)).To(Equal(expected))
		}
	})

	It("keeps no room for the message that it was about to get", spec.Worth(1), func(ctx SpecContext) {
		server := serve(1)
		queue := server.open()
		child := start(consumer, server.folder, 1, 1)
		child.waitsAfter(ctx, 1)
		// Stopped, it reads nothing of what it is sent, which is too much for a pipe.
		child.stops(ctx)
		large := strings.Repeat("large", 1<<18)
		put := queue.putting(ctx, large)
		spec.Quiet(ctx)
		child.dies(ctx)
		Expect(errorOf(ctx, put)).To(Succeed())
		// The message may be lost, or may have come back.
		next := queue.putting(ctx, "next")
		taken := queue.take(ctx)
		if taken != "next" {
			Expect(taken == large).To(BeTrue(), "what has come back is not whole")
			taken = queue.take(ctx)
		}
		Expect(taken).To(Equal("next"))
		Expect(errorOf(ctx, next)).To(Succeed())
	})

	It("leaves no half message and no less room when it waits to put one", spec.Worth(1), func(ctx SpecContext) {
		server := serve(1)
		queue := server.open()
		queue.puts(ctx, "first")
		child := start(producer, server.folder, 1, 1, 1<<20)
		child.input.Cut()
		child.waitsAfter(ctx, 1)
		child.dies(ctx)
		Expect(queue.take(ctx)).To(Equal("first"))
		// The message of the dead may be there, and then needs room before others do.
		last := queue.putting(ctx, "last")
		next := queue.take(ctx)
		if next != "last" {
			Expect(identify([]byte(next))).To(Equal("1 0"))
			next = queue.take(ctx)
		}
		Expect(next).To(Equal("last"))
		Expect(errorOf(ctx, last)).To(Succeed())
		queue.puts(ctx, "room")
		Expect(queue.take(ctx)).To(Equal("room"))
	})
})

var _ = Describe("Closing", func() {
	// gone expects that of the queue there is nothing left.
	gone := func(ctx context.Context, server served, queue subject) {
		GinkgoHelper()
		Expect(endOf(ctx, queue.taking(ctx)).err).To(MatchError(messagequeue.ErrClosed))
		Expect(errorOf(ctx, queue.putting(ctx, "late"))).To(MatchError(messagequeue.ErrClosed))
		Expect(os.ReadDir(server.folder)).To(BeEmpty(), "Close leaves something in the folder")
		_, err := messagequeue.Open(server.folder)
		Expect(err).To(MatchError(fs.ErrNotExist))
		Expect(errorOf(ctx, server.closing(ctx))).To(Succeed(), "Close again")
	}

	It("lets out what is in the queue, and nothing new in", spec.Worth(2), func(ctx SpecContext) {
		server := serve(2)
		queue := server.open()
		queue.puts(ctx, "first", "second")
		late := server.open().putting(ctx, "late")
		spec.Settled(ctx, late)
		closing := server.closing(ctx)
		Expect(errorOf(ctx, late)).To(MatchError(messagequeue.ErrClosed), "a Put that waits")
		spec.Settled(ctx, closing)
		spec.Idle(ctx)
		Expect(queue.take(ctx)).To(Equal("first"))
		Expect(errorOf(ctx, queue.putting(ctx, "later"))).To(MatchError(messagequeue.ErrClosed))
		spec.Settled(ctx, closing)
		Expect(server.open().take(ctx)).To(Equal("second"))
		Expect(errorOf(ctx, closing)).To(Succeed())
		gone(ctx, server, queue)
	})

	It("waits for those who are taking the last messages", spec.Worth(1), func(ctx SpecContext) {
		const messages = 4
		server := serve(messages)
		queue := server.open()
		for i := range messages {
			queue.puts(ctx, strings.Repeat(fmt.Sprint(i), 1<<20))
		}
		closing := server.closing(ctx)
		spec.Settled(ctx, closing)
		// When the last begins, the others are still busy.
		var calls []<-chan took
		for range messages {
			calls = append(calls, queue.taking(ctx))
		}
		for _, call := range calls {
			Expect(messageOf(ctx, call)).To(HaveLen(1 << 20))
		}
		Expect(errorOf(ctx, closing)).To(Succeed())
		gone(ctx, server, queue)
	})

	It("ends those who wait for a message, here and elsewhere", spec.Worth(1), func(ctx SpecContext) {
		server := serve(2)
		queue := server.open()
		child := start(consumer, server.folder, 1, 0)
		child.input.Cut()
		child.waitsAfter(ctx, 1)
		mine := queue.taking(ctx)
		spec.Settled(ctx, mine)
		Expect(errorOf(ctx, server.closing(ctx))).To(Succeed())
		Expect(endOf(ctx, mine).err).To(MatchError(messagequeue.ErrClosed))
		child.succeeds(ctx)
		gone(ctx, server, queue)
	})

	It("throws away what nobody takes when its context ends", spec.Worth(1), func(ctx SpecContext) {
		server := serve(2)
		queue := server.open()
		queue.puts(ctx, "first", "second")
		impatient, giveUp := context.WithCancel(ctx)
		closing := server.closing(impatient)
		spec.Settled(ctx, closing)
		giveUp()
		Expect(errorOf(ctx, closing)).To(MatchError(context.Canceled))
		gone(ctx, server, queue)

		server = serve(1)
		queue = server.open()
		queue.puts(ctx, "first")
		Expect(errorOf(ctx, server.closing(late(ctx)))).To(MatchError(context.DeadlineExceeded))
		gone(ctx, server, queue)
	})
})
