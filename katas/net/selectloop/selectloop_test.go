//go:build linux

package selectloop_test

import (
	"fmt"
	"io"
	"net"
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/selectloop"
)

func TestSelectLoop(t *testing.T) { spec.Run(t) }

// most is how many bytes a loop may keep for a client.
const most = 64 << 10

var _ = Describe("A loop", func() {
	It("sends back each byte as it comes", spec.Worth(1), func(ctx SpecContext) {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})).To(Succeed())
		Expect(unix.Listen(fd, 128)).To(Succeed())
		name, err := unix.Getsockname(fd)
		Expect(err).NotTo(HaveOccurred())
		loop := run(ctx, fd, "")
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { conn.Close() })
		answer := func(text string) string {
			GinkgoHelper()
			return come(ctx, spec.Go(func() string { back, err := ask(conn, text); return fmt.Sprint(back, err) }), "nothing comes back")
		}
		for _, text := range []string{"hello", "\x00\r\n\xff", "again"} {
			Expect(answer(text)).To(Equal(text + "<nil>"))
		}
		loop.end(ctx)
	})

	It("serves 100 clients at once, in one goroutine", spec.Worth(2), func(ctx SpecContext) {
		const crowd = 100
		loop := begin(ctx)
		var clients []client
		for range crowd {
			clients = append(clients, loop.dial(ctx))
		}
		name := func(i int) string { return fmt.Sprintf("client %3d", i) }
		for i, client := range clients {
			Expect(ask(client, name(i))).To(Equal(name(i)))
		}
		for i, client := range clients {
			Expect(io.WriteString(client, name(i))).Error().NotTo(HaveOccurred())
		}
		Expect(workers()).To(Equal(1), "goroutines of the loop")
		for i, client := range clients {
			Expect(hear(client, name(i))).To(Equal(name(i)))
		}
		Expect(workers()).To(Equal(1), "goroutines of the loop")
		loop.stuff(clients[0], clients[1])
		Expect(workers()).To(Equal(1), "goroutines of the loop, when a client doesn't read")
		loop.end(ctx)
	})

	It("bounds what it keeps for a client that doesn't read, and makes nobody wait for it", spec.Worth(2), func(ctx SpecContext) {
		loop := begin(ctx)
		slow, other := loop.dial(ctx), loop.dial(ctx)
		other.turns()
		// A loop that can write only a little at once keeps nearly all that it reads.
		for _, fd := range served(loop.path) {
			Expect(unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, 1)).To(Succeed())
		}
		sent := 0
		for still := 0; still < 3; still++ {
			now := slow.bulk(sent, 1<<20)
			if now > 0 {
				still = 0
			}
			sent += now
			other.turns()
			Expect(loop.kept(slow, sent)).To(BeNumerically("<=", most), "bytes that the loop keeps for a client that reads nothing")
		}
		// For each part that the client takes, the loop may read again, from much that has come.
		got := 0
		for range 16 {
			got += slow.part(got)
			other.turns()
			Expect(loop.kept(slow, sent-got)).To(BeNumerically("<=", most), "bytes that the loop keeps for a client that reads little")
		}
		// All of it comes back when the client reads at last.
		Expect(slow.CloseWrite()).To(Succeed())
		slow.gets(got, sent)
		loop.end(ctx)
	})

	It("sends all the rest to a client that has closed its writing side, and closes then", spec.Worth(1), func(ctx SpecContext) {
		loop := begin(ctx)
		other := loop.dial(ctx)
		large, small := loop.dial(ctx), loop.dial(ctx)
		sent := spec.Go(func() error {
			if _, err := large.Write(make([]byte, 1<<20)); err != nil {
				return err
			}
			return large.CloseWrite()
		})
		back, err := io.ReadAll(large)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(back)).To(Equal(1<<20), "bytes that come back")
		Expect(come(ctx, sent, "the loop doesn't read")).To(Succeed())

		// The end of the input comes while the loop has something to send.
		size := loop.rest(small, other)
		Expect(small.CloseWrite()).To(Succeed())
		other.turns()
		small.gets(0, size)
		loop.left(other, 1, "when one of 3 clients is left")
		loop.end(ctx)
	})

	It("removes clients that leave or break their connections, and only these", spec.Worth(1), func(ctx SpecContext) {
		loop := begin(ctx)
		stays := loop.dial(ctx)
		stays.turns()
		known := served(loop.path)
		breaks := loop.dial(ctx)
		stays.turns()
		number := slices.DeleteFunc(served(loop.path), func(fd int) bool { return slices.Contains(known, fd) })
		Expect(number).To(HaveLen(1), "connections that are open, for one more client")
		leaves, early := loop.dial(ctx), loop.dial(ctx)
		Expect(ask(leaves, "hello")).To(Equal("hello"))
		leaves.Close()
		// With something unread, a socket is reset when it is closed (ECONNRESET); and
		// who writes to it then gets EPIPE.
		loop.stuff(breaks, stays)
		breaks.Close()
		io.WriteString(early, "hello")
		early.Close()
		loop.left(stays, 1, "when one of 4 clients is left")

		// Whoever gets the number of the client that had not read is somebody else.
		for range 8 {
			next, isServed, _ := loop.dialAs(ctx, number[0])
			Expect(isServed).To(BeTrue(), "a new client is served")
			next.turns()
			if slices.Contains(served(loop.path), number[0]) {
				break
			}
		}

		// Here it is who reads that gets ECONNRESET.
		before := len(served(loop.path))
		unread := loop.dial(ctx)
		io.WriteString(unread, "hello")
		Eventually(ctx, func() (come int) {
			unread.control(func(fd int) error { come = waiting(fd); return nil })
			return come
		}).Should(Equal(len("hello")), "bytes that have come back")
		unread.Close()
		loop.left(stays, before, "when one has left without reading")
		stays.turns()
		spec.Idle(ctx)
		loop.end(ctx)
	})

	It("costs nothing while there is nothing that it could do", spec.Worth(1), func(ctx SpecContext) {
		loop := begin(ctx)
		spec.Idle(ctx)
		idle, stuffed := loop.dial(ctx), loop.dial(ctx)
		idle.turns()
		spec.Idle(ctx)
		// The input has ended, and there is something to send that has no room.
		ended := loop.dial(ctx)
		loop.rest(ended, idle)
		Expect(ended.CloseWrite()).To(Succeed())
		idle.turns()
		spec.Idle(ctx)
		loop.stuff(stuffed, idle)
		spec.Idle(ctx)
		idle.turns()
		loop.end(ctx)
	})

	It("goes on when signals interrupt it", spec.Worth(2), func(ctx SpecContext) {
		loop := begin(ctx)
		client, silent, slow := loop.dial(ctx), loop.dial(ctx), loop.dial(ctx)
		client.turns()
		loop.stuff(slow, client)
		for range 5 {
			interrupt(ctx, loop.thread)
			client.turns()
			Expect(loop.ended).NotTo(Receive(), "Run returns when a signal comes")
		}
		Expect(ask(silent, "still here")).To(Equal("still here"))
		loop.end(ctx)
	})

	It("refuses clients whose descriptors have no place in a set, and serves the others", spec.Worth(2), func(ctx SpecContext) {
		for _, fd := range []int{selectloop.SetSize, -1} {
			_, err := selectloop.New(fd)
			Expect(err).To(MatchError(selectloop.ErrSetSize), "New for the listener %d", fd)
		}
		loop := begin(ctx)
		before := loop.dial(ctx)
		before.turns()

		// The last number that has a place, where the process may have so many, and the
		// first that has none.
		last := false
		for range 8 {
			_, isServed, could := loop.dialAs(ctx, selectloop.SetSize-1)
			if last = !could || isServed && slices.Contains(served(loop.path), selectloop.SetSize-1); last {
				break
			}
		}
		Expect(last).To(BeTrue(), "a client whose descriptor is the last below SetSize is served")
		for range 3 {
			client, _, _ := loop.dialAs(ctx, selectloop.SetSize)
			before.turns()
			for _, fd := range served(loop.path) {
				Expect(fd).To(BeNumerically("<", selectloop.SetSize), "the descriptor of a client that is served, or not closed")
			}
			client.Close()
		}

		spare, _ := listen()
		mine := true
		DeferCleanup(func() {
			if mine {
				unix.Close(spare)
			}
		})
		release, full := occupy(selectloop.SetSize)
		if !full {
			// The process may not have so many descriptors open.
			loop.end(ctx)
			return
		}
		refused := 0
		for range 32 {
			client := loop.dial(ctx)
			// Somebody who reads /proc may have given a number back meanwhile.
			if back, err := ask(client, "x"); err != nil {
				Expect(back).To(BeEmpty())
				refused++
			}
			for _, fd := range served(loop.path) {
				Expect(fd).To(BeNumerically("<", selectloop.SetSize), "the descriptor of a client that is served, or not closed")
			}
			before.turns()
		}
		Expect(refused).To(BeNumerically(">", 0), "clients that were refused when no descriptor below SetSize was left")

		// New may need a descriptor, and can't have one.
		if second, err := selectloop.New(spare); err == nil {
			mine = false
			second.Stop()
			Expect(come(ctx, spec.Go(second.Run), "Run doesn't return")).To(Succeed())
		} else {
			Expect(err).To(MatchError(selectloop.ErrSetSize), "New, when no descriptor below SetSize is left")
			Expect(unix.GetsockoptInt(spare, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)).To(Equal(1), "the listener of a New that has failed")
		}
		release()
		after := loop.dial(ctx)
		after.turns()
		before.turns()
		loop.end(ctx)
	})
})
