//go:build linux

package epoll_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/epoll"
)

func TestEpoll(t *testing.T) { spec.Run(t) }

// crowd is how many clients are served at once.
const crowd = 100

var _ = Describe("An epoll server", func() {
	It("sends each line back to its sender, and ends a client whose line is too long", spec.Worth(1), func(ctx SpecContext) {
		for _, network := range []string{"unix", "tcp"} {
			for _, mode := range modes {
				h := serve(network, mode, byMark)
				other, c := h.joined(ctx, 2)[0], h.dial(ctx)
				c.asks("one\n")
				c.asks("\n")
				c.asks("\x00\xff\r\n")
				c.asks("two\n\nthree\n")
				c.says("#for nobody\nhalf ")
				other.asks("meanwhile\n")
				c.says("a line")
				rest(ctx)
				c.says("\nand ")
				c.hears("half a line\n")
				c.says("the rest\n")
				c.hears("and the rest\n")
				longest := line("", 0, epoll.MaxLine)
				c.asks(longest)
				c.says(longest[:100])
				rest(ctx)
				c.says(longest[100:])
				c.hears(longest)

				c.says(strings.Repeat("x", epoll.MaxLine))
				c.hearsEnd()
				h.has(ctx, 2)
				other.asks("still here\n")

				if network == "unix" {
					// It doesn't read, and what is pending for it keeps nobody from closing it.
					full := h.joined(ctx, 1)[0]
					other.brims(ctx, full)
					full.says(strings.Repeat("x", epoll.MaxLine))
					h.has(ctx, 2)
				}
				h.stop(ctx)
			}
		}
	})

	It("gives a line to all others, in one order for all of them", spec.Worth(1), func(ctx SpecContext) {
		const each = 100
		for _, mode := range modes {
			h := serve("unix", mode, byMark)
			all := h.joined(ctx, 8)
			senders, listeners := all[:4], all[4:]
			senders[0].says("*good news\nfor me\n")
			senders[0].hears("for me\n")
			for _, c := range all[1:] {
				c.hears("*good news\n")
			}

			// The senders don't read, and all that they send is less than makes
			// anybody slow.
			for i, c := range senders {
				c.says(lines(fmt.Sprintf("*%d.", i), each, 30))
			}
			size := len(senders) * each * 30
			var first string
			for _, c := range listeners {
				heard := make([]byte, size)
				Eventually(ctx, spec.Go(func() error {
					for n := 0; n < size; {
						more, err := c.Read(heard[n:])
						if err != nil {
							return fmt.Errorf("after %d bytes of %d: %w", n, size, err)
						}
						n += more
					}
					return nil
				})).Should(Receive(Succeed()), h.in("a client that listens"))
				if first == "" {
					first = string(heard)
				}
				Expect(string(heard) == first).To(BeTrue(), h.in("two clients get the lines of four others in different orders"))
			}
			for i := range senders {
				var own strings.Builder
				for text := range strings.Lines(first) {
					if strings.HasPrefix(text, fmt.Sprintf("*%d.", i)) {
						own.WriteString(text)
					}
				}
				Expect(own.String() == lines(fmt.Sprintf("*%d.", i), each, 30)).To(BeTrue(), h.in("the lines of one client come to others incomplete or in another order"))
			}
			h.stop(ctx)
		}
	})

	It("serves all its clients with one goroutine and one epoll instance", spec.Worth(2), func(ctx SpecContext) {
		for _, mode := range modes {
			var mu sync.Mutex
			callers := map[string]bool{}
			h := serve("unix", mode, func(line []byte) epoll.To {
				mu.Lock()
				defer mu.Unlock()
				callers[goroutine()] = true
				return byMark(line)
			})
			slow := h.joined(ctx, 1)[0]
			stuffed := slow.push(ctx, flood())
			all := h.joined(ctx, crowd)
			for i, c := range all {
				c.says(fmt.Sprintf("client %3d\n", i))
			}
			Expect(goroutines()).To(Equal(1), h.in("goroutines of the server, with 101 clients"))
			for i, c := range all {
				c.hears(fmt.Sprintf("client %3d\n", i))
			}
			rest(ctx)
			Expect(goroutines()).To(Equal(1), h.in("goroutines of the server, with 101 clients"))
			mu.Lock()
			Expect(callers).To(HaveLen(1), h.in("goroutines that called route"))
			mu.Unlock()

			Expect(h.epolls()).To(HaveLen(1), h.in("epoll instances that the server has made"))
			Eventually(ctx, h.registered).Should(HaveLen(crowd+1), h.in("clients that are registered with epoll"))
			for _, m := range h.registered() {
				edge := m.events&unix.EPOLLET != 0
				Expect(edge).To(Equal(mode == epoll.Edge), h.in(fmt.Sprintf("a client is registered for the events %#x: is EPOLLET (%#x) among them?", m.events, uint64(unix.EPOLLET))))
			}
			slow.Close()
			spec.Await(ctx, stuffed)
			h.has(ctx, crowd)
			h.stop(ctx)
		}
	})

	It("opens nothing that a program would inherit, and nothing at all if it can't start", spec.Worth(1), func(ctx SpecContext) {
		for _, mode := range modes {
			before := open()
			h := serve("unix", mode, byMark)
			h.joined(ctx, 2)
			for fd, target := range open() {
				if flags, there := flags(fd); there && before[fd] != target {
					Expect(flags&unix.O_CLOEXEC).NotTo(BeZero(), h.in("is close-on-exec: "+target))
				}
			}
			Eventually(ctx, h.registered).Should(HaveLen(2), h.in("clients that are registered with epoll"))
			for _, m := range h.registered() {
				flags, _ := flags(m.fd)
				Expect(flags&unix.O_NONBLOCK).NotTo(BeZero(), h.in("the socket of a client is non-blocking"))
			}
			h.stop(ctx)

			// epoll watches nothing that could never block, and no number without a file.
			file, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
			Expect(err).NotTo(HaveOccurred())
			for _, listener := range []int{file, -1} {
				_, err := epoll.Start(listener, mode, byMark)
				Expect(err).To(HaveOccurred(), "the listener is no socket")
			}
			Expect(unix.Close(file)).To(Succeed(), "close the listener, which is still the caller's")
		}
	})
})
