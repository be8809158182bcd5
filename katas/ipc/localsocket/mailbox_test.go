//go:build linux

package localsocket_test

import (
	"bytes"
	"io/fs"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/localsocket"
)

var _ = Describe("A mailbox", func() {
	It("keeps the borders of messages, and their order", spec.Worth(1), func(ctx SpecContext) {
		path := name()
		large := sendBuffer() / 2
		m := open(ctx, path, large)
		Expect(at(path).Mode().Type()).To(Equal(fs.ModeSocket), "what is at the path isn't a socket")
		waiting := receiving(m)
		spec.Settled(ctx, waiting)
		Expect(post(ctx, path, "first")).To(Succeed())
		seen := spec.Await(ctx, waiting)
		Expect(seen.err).NotTo(HaveOccurred())

		sent := []string{"two\nlines\n", "", strings.Repeat("a", 512), strings.Repeat("b", 4096), "c", strings.Repeat("d", large), "", "last"}
		posting := spec.Go(func() (err error) {
			for i := 0; i < len(sent) && err == nil; i++ {
				err = localsocket.Post(path, []byte(sent[i]))
			}
			return err
		})
		var got [][]byte
		for i := range sent {
			got = append(got, message(ctx, m))
			Expect(string(got[i]) == sent[i]).To(BeTrue(), "of a message of %d bytes came %d: %.20q", len(sent[i]), len(got[i]), got[i])
		}
		failed := spec.Await(ctx, posting, "Post doesn't come back")
		Expect(failed).NotTo(HaveOccurred())
		for i := range sent {
			Expect(string(got[i]) == sent[i]).To(BeTrue(), "a later call has changed message %d", i)
		}
		Expect(seen.message).To(BeEquivalentTo("first"), "a later call has changed the message")
	})

	It("refuses what is larger than its limit, and goes on", spec.Worth(1), func(ctx SpecContext) {
		for _, limit := range []int{1, 100, 5000} {
			path := name()
			m := open(ctx, path, limit)
			for _, size := range []int{limit + 1, 2 * limit, 2*limit + 1, 3*limit + 5000} {
				Expect(post(ctx, path, strings.Repeat("x", size))).To(Succeed())
				Expect(post(ctx, path, strings.Repeat("y", limit))).To(Succeed())
				seen := receive(ctx, m)
				Expect(seen.err).To(MatchError(localsocket.ErrTooLarge), "a message of %d bytes, limit %d", size, limit)
				Expect(seen.message).To(BeEmpty(), "a part of the message")
				Expect(message(ctx, m)).To(Equal(bytes.Repeat([]byte("y"), limit)))
			}
		}
	})

	It("hands each message to one of several who receive", spec.Worth(1), func(ctx SpecContext) {
		// What is large takes long to copy, long enough for another call to come.
		const receivers, each, least = 4, 100, 40_000
		path := name()
		m := open(ctx, path, least+receivers*each)
		var all []<-chan []received
		for range receivers {
			all = append(all, spec.Go(func() (seen []received) {
				for range each {
					message, err := m.Receive()
					seen = append(seen, received{message, err})
				}
				return seen
			}))
		}
		spec.Settled(ctx, all...)
		// A message that two calls mix up is no longer made of one letter.
		text := func(i int) string { return strings.Repeat(string(rune('a'+i%26)), least+i) }
		posting := spec.Go(func() (err error) {
			for i := 0; i < receivers*each && err == nil; i++ {
				err = localsocket.Post(path, []byte(text(i)))
			}
			return err
		})
		var came [receivers * each]int
		for _, receiver := range all {
			seen := spec.Await(ctx, receiver, "messages are lost")
			for _, one := range seen {
				Expect(one.err).NotTo(HaveOccurred())
				i := len(one.message) - least
				Expect(i >= 0 && i < len(came) && string(one.message) == text(i)).To(BeTrue(), "no such message was sent: %.20q, %d bytes", one.message, len(one.message))
				came[i]++
			}
		}
		for i, times := range came {
			Expect(times).To(Equal(1), "times that message %d came", i)
		}
		failed := spec.Await(ctx, posting)
		Expect(failed).NotTo(HaveOccurred())
	})

	It("gets a message in one datagram, or none and a reason", spec.Worth(1), func(ctx SpecContext) {
		path := name()
		box := bound(path, unix.SOCK_DGRAM, 0)
		size := sendBuffer()
		large := strings.Repeat("x", size/2)
		for _, sent := range []string{large, "", "end"} {
			Expect(post(ctx, path, sent)).To(Succeed())
		}
		buffer := make([]byte, size)
		for _, sent := range []string{large, "", "end"} {
			n, _, err := unix.Recvfrom(box, buffer, 0)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(buffer[:n]) == sent).To(BeTrue(), "of a message of %d bytes came %d in the first datagram", len(sent), n)
		}
		Expect(post(ctx, path, strings.Repeat("x", max(size, 8<<20)))).To(MatchError(unix.EMSGSIZE))
		_, _, err := unix.Recvfrom(box, buffer, 0)
		Expect(err).To(MatchError(unix.EAGAIN), "something else was sent")

		Expect(post(ctx, name(), "nobody")).To(MatchError(fs.ErrNotExist))
		for kind, number := range types {
			Expect(post(ctx, stale(number), "nobody")).To(MatchError(unix.ECONNREFUSED), "a %s socket that was left behind", kind)
		}
		streams := name()
		bound(streams, unix.SOCK_STREAM, 1)
		Expect(post(ctx, streams, "wrong door")).NotTo(Succeed(), "a socket for streams")
	})

	It("makes Post wait while it is full", spec.Worth(1), func(ctx SpecContext) {
		path := name()
		m := open(ctx, path, 10)
		var posted atomic.Int64
		posting := spec.Go(func() error {
			for {
				if err := localsocket.Post(path, []byte{byte(posted.Load())}); err != nil {
					return err
				}
				posted.Add(1)
			}
		})
		spec.Settled(ctx, posting)
		spec.Idle(ctx)
		for turn := range 3 {
			before := posted.Load()
			Expect(message(ctx, m)).To(Equal([]byte{byte(turn)}))
			Eventually(ctx, posted.Load).Should(BeNumerically(">", before), "there is room, and Post still waits")
			spec.Settled(ctx, posting)
		}
		failed := spec.Await(ctx, spec.Go(m.Close))
		Expect(failed).NotTo(HaveOccurred())
		failed = spec.Await(ctx, posting, "the mailbox is closed, and Post still waits")
		Expect(failed).To(HaveOccurred())
	})
})
