//go:build linux

package epoll_test

import (
	"bytes"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/epoll"
)

var _ = Describe("An epoll server whose clients don't keep up", func() {
	It("costs no CPU, whatever it waits for", spec.Worth(2), func(ctx SpecContext) {
		for _, mode := range modes {
			h := serve("unix", mode, byMark)
			sender := h.joined(ctx, 1)[0]
			ended := h.joined(ctx, 1)[0]
			news := sender.brims(ctx, ended)
			Expect(ended.CloseWrite()).To(Succeed())

			slow, half := h.joined(ctx, 1)[0], h.joined(ctx, 1)[0]
			sender.says("half a line")
			text := flood()
			Expect(slow.fill(ctx, text)).To(BeNumerically("<", len(text)), h.in("bytes that the server takes of a client that doesn't read"))
			sent := half.fill(ctx, text)
			Expect(half.CloseWrite()).To(Succeed())
			spec.Idle(ctx)

			// The last line may have had no room.
			half.hears(text[:sent/1000*1000])
			half.hearsEnd()
			ended.hears(news)
			ended.hearsEnd()
			sender.says("\n")
			sender.hears("half a line\n")
			h.stop(ctx)
		}
	})

	It("goes on writing where a write stopped", spec.Worth(1), func(ctx SpecContext) {
		for _, network := range []string{"unix", "tcp"} {
			for _, mode := range modes {
				h := serve(network, mode, byMark)
				c := h.dial(ctx)
				text := lines("", 2*capacity()/1000, 1000)
				sent := c.push(ctx, text)
				c.hears(text)
				Expect(spec.Await(ctx, sent)).To(Succeed())
				c.asks("still here\n")
				h.stop(ctx)
			}
		}
	})

	It("reads no more of a client that doesn't read, until it does", spec.Worth(1), func(ctx SpecContext) {
		for _, network := range []string{"unix", "tcp"} {
			for _, mode := range modes {
				h := serve(network, mode, byMark)
				slow := h.dial(ctx)
				text := flood()
				sent := slow.push(ctx, text)
				Expect(sent).NotTo(Receive(), h.in("the server takes whatever it gets of a client that never reads"))
				other := h.joined(ctx, 1)[0]
				other.asks("I wait for nobody\n")

				slow.hears(text)
				Expect(spec.Await(ctx, sent)).To(Succeed())
				slow.asks("and now\n")
				h.stop(ctx)
			}
		}
	})

	It("lets a slow client miss lines, and nobody else", spec.Worth(2), func(ctx SpecContext) {
		const size, chunk = 1000, 32
		// More than this nobody holds for a client: the system, and the server twice.
		most := map[string]int{"unix": capacity() + 2*(epoll.MaxPending+epoll.MaxLine), "tcp": 1 << 20}
		misses := func(network string, mode epoll.Mode) {
			GinkgoHelper()
			h := serve(network, mode, byMark)
			all := h.joined(ctx, 3)
			sender, slow, quick := all[0], all[1], all[2]
			sent := 0
			for ; sent*size < 2*most[network]; sent += chunk {
				var text strings.Builder
				for i := range chunk {
					text.WriteString(line("*", sent+i, size))
				}
				sender.says(text.String())
				quick.hears(text.String())
			}
			sender.asks("delayed by nobody\n")

			// The answer comes when nothing else is pending, and then there is room.
			slow.says("now\n")
			got := slow.until("now\n")
			Expect(len(got)).To(BeNumerically("<", most[network]), h.in("bytes that were kept for a client that didn't read"))
			Expect(len(got)).To(BeNumerically(">=", epoll.MaxPending/size*size), h.in("bytes that were kept for a client that didn't read"))
			i := 0
			for text := range strings.Lines(got) {
				for i < sent && line("*", i, size) != text {
					i++
				}
				Expect(i).To(BeNumerically("<", sent), h.in("a slow client gets a line that nobody has sent, or lines out of order: "+shown(text)))
				i++
			}
			sender.says("*again\n")
			slow.hears("*again\n")
			quick.hears("*again\n")
			h.stop(ctx)
		}
		for _, mode := range modes {
			misses("unix", mode)
			// Here, epoll tells that there is room only after a write that was refused.
			misses("tcp", mode)
		}
	})

	It("takes a client for slow at MaxPending bytes, and not before", spec.Worth(1), func(ctx SpecContext) {
		for _, mode := range modes {
			var own atomic.Int64
			h := serve("unix", mode, func(line []byte) epoll.To {
				if string(line) == "#own" {
					own.Add(1)
				}
				return byMark(line)
			})
			all := h.joined(ctx, 2)
			sender, slow := all[0], all[1]
			routed := func(count int) {
				GinkgoHelper()
				Eventually(ctx, own.Load).Should(BeEquivalentTo(count), h.in("lines of a client that were routed, when it is slow no more"))
			}

			// One byte is missing. So it gets one more line, and only then is it slow.
			text := sender.fills(ctx, slow)
			longest := line("*", 0, epoll.MaxLine)
			sender.says(longest + "*missed\n")
			sender.asks("and on\n")
			slow.says("#own\nnow\n")
			rest(ctx)
			Expect(own.Load()).To(BeZero(), h.in("lines of a slow client that were routed"))
			Expect(slow.until("now\n") == text+longest).To(BeTrue(), h.in("a client gets the lines that were routed while less than MaxPending bytes were pending for it, and no others"))
			routed(1)

			// Again, and now the byte that is missing is its own line.
			text = sender.fills(ctx, slow)
			slow.says("\n#own\nnow\n")
			rest(ctx)
			Expect(own.Load()).To(BeEquivalentTo(1), h.in("lines of a client that were routed, and it is slow since the line before"))
			sender.says("*missed\n")
			sender.asks("and on\n")
			Expect(slow.until("now\n") == text+"\n").To(BeTrue(), h.in("a client gets the lines that were routed while less than MaxPending bytes were pending for it, and no others"))
			routed(2)
			h.stop(ctx)
		}
	})

	It("gives everybody a turn while one client sends without end", spec.Worth(1), func(ctx SpecContext) {
		// A megabyte of lines, and an end for those who would never come to one.
		const size, allowed, limit = 1000, 1<<20/1000 + 1, 8000
		for _, mode := range modes {
			d := listening("unix")
			endless, patient := &client{conn: d.dial(ctx)}, &client{conn: d.dial(ctx)}
			first := newHold()
			var taken, waited, connected atomic.Int64
			h := serveAt(d, mode, func(line []byte) epoll.To {
				switch {
				case bytes.HasPrefix(line, []byte("#")):
					if taken.Add(1) == 1 {
						first.wait(ctx)
					}
					if (waited.Load() == 0 || connected.Load() == 0) && taken.Load() < limit {
						endless.offer(lines("#", 1, size))
					}
				case string(line) == "ping":
					waited.Store(taken.Load())
				case string(line) == "new here":
					connected.Store(taken.Load())
				}
				return byMark(line)
			})
			endless.host, patient.host = h, h
			patient.asks("hello\n")
			endless.says(lines("#", 40, size))
			spec.AwaitClosed(ctx, first.inside)
			patient.says("ping\n")
			newcomer := h.dial(ctx)
			newcomer.says("new here\n")
			close(first.release)
			patient.hears("ping\n")
			newcomer.hears("new here\n")
			Expect(connected.Load()).To(BeNumerically("<=", allowed), h.in("lines of one client that were routed while another, who had just connected, waited for its turn"))
			Expect(waited.Load()).To(BeNumerically("<=", allowed), h.in("lines of one client that were routed while another waited for its turn"))
			h.stop(ctx)
		}
	})
})
