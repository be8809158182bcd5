//go:build linux

package epoll_test

import (
	"bufio"
	"bytes"

	"fmt"
	"net"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/epoll"
)

var _ = Describe("An epoll server whose clients come and go", func() {
	It("takes all that has come before it looked", spec.Worth(2), func(ctx SpecContext) {
		const early, count, size = 30, 96, 1000
		for _, mode := range modes {
			var routed atomic.Int64
			first := newHold()
			d := listening("unix")
			var all []*client
			arrive := func() {
				for range early {
					all = append(all, &client{conn: d.dial(ctx)})
				}
			}
			arrive()
			// It expects no answer, so that nothing but these bytes tells of them.
			sender := all[0]
			sent := spec.Go(func() error { _, err := sender.Write([]byte(lines("#", count, size))); return err })
			rest(ctx)

			h := serveAt(d, mode, func(line []byte) epoll.To {
				switch {
				case string(line) == "hold":
					first.wait(ctx)
				case bytes.HasPrefix(line, []byte("#")):
					routed.Add(1)
				}
				return byMark(line)
			})
			Expect(spec.Await(ctx, sent)).To(Succeed())
			h.has(ctx, early)
			Eventually(ctx, routed.Load).Should(BeEquivalentTo(count), h.in("lines that were routed of those that had come before Start"))

			// The same again, while the server has something else to do.
			for _, c := range all {
				c.host = h
			}
			all[1].says("hold\n")
			spec.AwaitClosed(ctx, first.inside, h.in("the line of a client that had connected before Start"))
			arrive()
			late := all[early]
			sent = spec.Go(func() error { _, err := late.Write([]byte(lines("#", count, size))); return err })
			// One more does so and is gone by then: with its lines comes that it has closed.
			gone := h.dial(ctx)
			left := spec.Go(func() error {
				_, err := gone.Write([]byte(lines("#", count, size)))
				gone.Close()
				return err
			})
			rest(ctx)
			close(first.release)
			Expect(spec.Await(ctx, sent)).To(Succeed())
			Expect(spec.Await(ctx, left)).To(Succeed())
			h.has(ctx, 2*early)
			Eventually(ctx, routed.Load).Should(BeEquivalentTo(3*count), h.in("lines that were routed, of those that came while the server was busy as well"))
			all[1].hears("hold\n")
			for _, c := range all {
				c.host = h
				c.asks("hello\n")
			}
			h.stop(ctx)
		}
	})

	It("sends all the rest to a client that has closed its writing side", spec.Worth(1), func(ctx SpecContext) {
		for _, mode := range modes {
			h := serve("unix", mode, byMark)
			all := h.joined(ctx, 2)
			news := all[0].brims(ctx, all[1])
			Expect(all[1].CloseWrite()).To(Succeed())
			rest(ctx)
			all[1].hears(news)
			all[1].hearsEnd()
			h.has(ctx, 1)
			h.stop(ctx)
		}
		for _, network := range []string{"unix", "tcp"} {
			for _, mode := range modes {
				h := serve(network, mode, byMark)
				other, half := h.joined(ctx, 1)[0], h.dial(ctx)
				text := lines("", 2*capacity()/1000, 1000)
				over := spec.Go(func() error {
					if _, err := half.Write([]byte(text + "no line")); err != nil {
						return err
					}
					return half.CloseWrite()
				})
				half.hears(text)
				Expect(spec.Await(ctx, over)).To(Succeed())
				half.hearsEnd()
				h.has(ctx, 1)

				// The lines and the end come together, as the answer to one event.
				var all []*client
				for i := range 5 {
					c := h.dial(ctx)
					c.says(lines(fmt.Sprint("*", i), 20, 500))
					c.Close()
					other.hears(lines(fmt.Sprint("*", i), 20, 500))
					all = append(all, c)
				}
				h.has(ctx, 1)
				h.stop(ctx)
			}
		}
	})

	It("lets go of clients that are gone, also while it doesn't read from them", spec.Worth(1), func(ctx SpecContext) {
		for _, network := range []string{"unix", "tcp"} {
			for _, mode := range modes {
				h := serve(network, mode, byMark)
				all := h.joined(ctx, 4)
				stays, leaves, slow, half := all[0], all[1], all[2], all[3]
				text := flood()
				slow.fill(ctx, text)
				half.fill(ctx, text)
				Expect(half.CloseWrite()).To(Succeed())
				rest(ctx)
				for _, c := range []*client{leaves, slow, half} {
					if tcp, ok := c.conn.(*net.TCPConn); ok && c != leaves {
						Expect(tcp.SetLinger(0)).To(Succeed())
					}
					c.Close()
				}
				h.has(ctx, 1)
				stays.asks("still here\n")
				h.stop(ctx)
			}
		}
	})

	It("takes no new client for an old one", spec.Worth(2), func(ctx SpecContext) {
		const count = 4
		for _, mode := range modes {
			first := newHold()
			h := serve("unix", mode, func(line []byte) epoll.To {
				if string(line) == "#hold" {
					first.wait(ctx)
				}
				return byMark(line)
			})
			all := h.joined(ctx, 2+count)
			busy, sender, old := all[0], all[1], all[2:]
			var fresh []*client
			arrive := func() {
				for range count {
					fresh = append(fresh, h.dial(ctx))
				}
			}

			// While the server is busy, a line for all comes, new clients do, and old
			// ones leave: it is told of all that at once, the last with the first.
			busy.says("#hold\n")
			spec.AwaitClosed(ctx, first.inside)
			sender.says("*news\n")
			arrive()
			for _, c := range old {
				c.Close()
			}
			plug()
			close(first.release)
			for i, c := range fresh {
				// The news may be for them too.
				c.says(fmt.Sprintf("client %d is new here\n", i))
				reader := bufio.NewReader(c)
				heard, err := reader.ReadString('\n')
				if heard == "*news\n" {
					heard, err = reader.ReadString('\n')
				}
				Expect(err).NotTo(HaveOccurred(), h.in("a new client waits for its line"))
				Expect(heard).To(Equal(fmt.Sprintf("client %d is new here\n", i)), h.in("what a new client gets"))
			}
			h.has(ctx, 2+count)

			// And what the old ones left unfinished is theirs. Of the numbers that they
			// had, the next connections get all, at the one end or the other.
			plug()
			for _, c := range fresh {
				c.says("half a line, and never the ")
			}
			rest(ctx)
			for _, c := range fresh {
				c.Close()
			}
			h.has(ctx, 2)
			for i := range 2 * count {
				h.dial(ctx).asks(fmt.Sprintf("client %d is newer\n", i))
			}
			h.stop(ctx)
		}
	})

	It("lets clients wait while there is no descriptor for them", spec.Worth(1), func(ctx SpecContext) {
		for _, mode := range modes {
			h := serve("unix", mode, byMark)
			all := h.joined(ctx, 4)
			var waiting []int
			for range 2 {
				fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
				Expect(err).NotTo(HaveOccurred())
				waiting = append(waiting, fd)
			}
			restore := exhaust()
			for _, fd := range waiting {
				Expect(unix.Connect(fd, &unix.SockaddrUnix{Name: h.address})).To(Succeed())
			}
			spec.Idle(ctx)
			Expect(h.Clients()).To(Equal(len(all)), h.in("clients, while there is no descriptor for more"))
			all[0].asks("still here\n")
			for _, c := range all[1:] {
				c.Close()
			}
			h.has(ctx, 3)
			restore()
			for _, fd := range waiting {
				c := &client{conn: adopt(ctx, fd), host: h}
				c.asks("here at last\n")
			}
			h.stop(ctx)
		}
	})

	It("ends when it is told to, and not because a signal comes", spec.Worth(1), func(ctx SpecContext) {
		for _, mode := range modes {
			h := serve("unix", mode, byMark)
			idle := h.joined(ctx, 1)[0]
			for range 3 {
				rest(ctx)
				interrupt()
				idle.asks("still here\n")
			}
			slow := h.joined(ctx, 1)[0]
			slow.fill(ctx, flood())
			rest(ctx)
			interrupt()
			idle.asks("still here\n")
			rest(ctx)
			h.stop(ctx)
			idle.hearsEnd()
			_, err := new(net.Dialer).DialContext(ctx, h.network, h.address)
			Expect(err).To(HaveOccurred(), h.in("connect after Stop"))

			// It also ends when it has never had anything to do, or is about to have.
			h = serve("unix", mode, byMark)
			h.dial(ctx)
			h.stop(ctx)
		}
	})
})
