package echo_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/echo"
)

func TestEcho(t *testing.T) { spec.Run(t) }

// crowd is how many clients are served at once.
const crowd = 200

// end shuts down a server whose clients have left.
func end(ctx context.Context, server *echo.Server, listener *watched) {
	GinkgoHelper()
	Expect(server.Shutdown(ctx)).To(Succeed())
	Expect(listener.closed).To(BeClosed(), "the listener is still open")
	Expect(listener.inUse()).To(BeZero(), "connections that the server has open")
}

var _ = Describe("An echo server", func() {
	BeforeEach(returnPipes)

	It("listens where it is told and sends back each byte as it comes", spec.Worth(1), func(ctx SpecContext) {
		server, err := echo.Listen("127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		address, err := netip.ParseAddrPort(server.Addr().String())
		Expect(err).NotTo(HaveOccurred())
		Expect(address.Port()).NotTo(BeZero(), "the port that a client has to know")
		_, err = echo.Listen(address.String())
		Expect(err).To(HaveOccurred(), "the address is in use")

		client := dial(ctx, server.Addr())
		Expect(ask(client, "hello")).To(Equal("hello"))
		Expect(ask(client, "\x00\r\n\xff")).To(Equal("\x00\r\n\xff"))
		Expect(ask(client, "again")).To(Equal("again"))
		Expect(client.CloseWrite()).To(Succeed())
		Expect(io.ReadAll(client)).To(BeEmpty())
		client.Close()
		Expect(server.Shutdown(ctx)).To(Succeed())
	})

	It("tries again, without haste, when a client can't be accepted", spec.Worth(1), func(ctx SpecContext) {
		listener := listen()
		listener.refuses.Store(true)
		server := echo.Serve(listener)
		Eventually(ctx, listener.tries).Should(BeNumerically(">", 1), "calls of Accept, when the first one fails")
		for range 5 {
			spec.Settled[error](ctx)
		}
		// So often that a pause that doubles each time is far too long by then. No
		// machine makes a pause shorter than it is.
		Eventually(ctx, listener.tries).Should(BeNumerically(">", 13), "calls of Accept, when all of them fail")
		Expect(listener.shortest()).To(BeNumerically(">=", time.Millisecond), "the pause before another call of Accept")

		listener.refuses.Store(false)
		client := dial(ctx, server.Addr())
		Expect(ask(client, "at last")).To(Equal("at last"))
		client.Close()
		end(ctx, server, listener)
	})

	It("stops accepting, and nothing else, when somebody closes its listener", spec.Worth(1), func(ctx SpecContext) {
		listener := listen()
		server := echo.Serve(listener)
		client := dial(ctx, server.Addr())
		Expect(ask(client, "before")).To(Equal("before"))
		spec.Settled[error](ctx)
		listener.Close()
		over := func() bool { over, _ := listener.ended(); return over }
		Eventually(ctx, over).Should(BeTrue(), "nobody waits for clients")
		spec.Settled[error](ctx)
		spec.Idle(ctx)
		_, late := listener.ended()
		Expect(late).To(BeZero(), "calls of Accept after it has returned net.ErrClosed")
		Expect(ask(client, "after")).To(Equal("after"))
		client.Close()
		server.Shutdown(ctx)
	})

	When("it has clients", func() {
		var listener *watched
		var server *echo.Server

		BeforeEach(func() {
			listener = listen()
			server = echo.Serve(listener)
		})

		It("serves 200 clients at once", spec.Worth(1), func(ctx SpecContext) {
			var clients []*net.TCPConn
			for range crowd {
				clients = append(clients, dial(ctx, server.Addr()))
			}
			// All are served before the first one leaves, twice: one after the
			// other, and all at the same time.
			name := func(i int) string { return fmt.Sprintf("client %3d\n", i) }
			for i, client := range clients {
				Expect(ask(client, name(i))).To(Equal(name(i)))
			}
			for i, client := range clients {
				Expect(client.Write([]byte(name(i)))).Error().NotTo(HaveOccurred())
			}
			for i, client := range clients {
				Expect(hear(client, name(i))).To(Equal(name(i)))
			}
			for _, client := range clients {
				client.Close()
			}
			end(ctx, server, listener)
		})

		It("sends all the rest to a client that has closed its writing side", spec.Worth(1), func(ctx SpecContext) {
			message := spec.Noise(1 << 20)
			client := dial(ctx, server.Addr())
			// Whatever the server takes from a client that doesn't read yet, let
			// it take.
			sent := push(ctx, client, message)
			var back []byte
			received := spec.Go(func() (err error) { back, err = io.ReadAll(client); return err })
			Expect(spec.Await(ctx, sent)).To(Succeed())
			Expect(spec.Await(ctx, received)).To(Succeed())
			Expect(back).To(HaveLen(len(message)))
			Expect(bytes.Equal(back, message)).To(BeTrue(), "other bytes came back than were sent")
			Eventually(ctx, listener.inUse).Should(BeZero(), "connections that the server has open, when the only client has got everything")
			client.Close()
			end(ctx, server, listener)
		})

		It("lets a client that never reads wait, and nobody else", spec.Worth(1), func(ctx SpecContext) {
			slow := dial(ctx, server.Addr())
			stuffed := push(ctx, slow, make([]byte, flood))
			Expect(stuffed).NotTo(Receive(), "the server takes whatever it gets, from a client that never reads")

			for _, text := range []string{"first", "second", "third"} {
				client := dial(ctx, server.Addr())
				Expect(ask(client, text)).To(Equal(text))
				client.Close()
			}
			slow.Close()
			spec.Await(ctx, stuffed)
			end(ctx, server, listener)
		})

		It("survives clients that break their connections", spec.Worth(1), func(ctx SpecContext) {
			stays := dial(ctx, server.Addr())
			Expect(ask(stays, "before")).To(Equal("before"))

			// With a linger time of 0, close(2) resets the connection.
			idle, writing := dial(ctx, server.Addr()), dial(ctx, server.Addr())
			Expect(ask(idle, "hello")).To(Equal("hello"))
			stuffed := push(ctx, writing, make([]byte, flood))
			for _, client := range []*net.TCPConn{idle, writing} {
				Expect(client.SetLinger(0)).To(Succeed())
				client.Close()
			}
			spec.Await(ctx, stuffed)

			Expect(ask(stays, "after")).To(Equal("after"))
			Eventually(ctx, listener.inUse).Should(Equal(1), "connections that the server has open, when 1 of 3 is not broken")
			stays.Close()
			end(ctx, server, listener)
		})

		It("waits at Shutdown until its clients have left", spec.Worth(2), func(ctx SpecContext) {
			client := dial(ctx, server.Addr())
			conn := spec.Await(ctx, listener.accepted)
			spec.Settled[error](ctx)

			patience := patient(ctx)
			shutdown := spec.Go(func() error { return server.Shutdown(patience) })
			spec.AwaitClosed(ctx, listener.closed, "the listener is still open")
			spec.Settled(ctx, shutdown)
			patience.idle(ctx)
			Expect(ask(client, "first words")).To(Equal("first words"))
			spec.Settled(ctx, shutdown)
			Expect(ask(client, "last words")).To(Equal("last words"))

			// A client has left when its connection is closed, and not when
			// somebody is about to close it.
			release := hold(ctx, conn)
			Expect(client.CloseWrite()).To(Succeed())
			Eventually(ctx, listener.inUse).Should(BeZero(), "connections that the server has open")
			spec.Settled(ctx, shutdown)
			release()
			Expect(io.ReadAll(client)).To(BeEmpty())
			client.Close()
			Expect(spec.Await(ctx, shutdown)).To(Succeed())
		})

		It("closes whoever is left when the context of Shutdown ends", spec.Worth(1), func(ctx SpecContext) {
			idle, writing := dial(ctx, server.Addr()), dial(ctx, server.Addr())
			Expect(ask(idle, "hello")).To(Equal("hello"))
			Expect(ask(writing, "hello")).To(Equal("hello"))
			stuffed := push(ctx, writing, make([]byte, flood))

			patience := patient(ctx)
			shutdown := spec.Go(func() error { return server.Shutdown(patience) })
			spec.AwaitClosed(ctx, listener.closed, "the listener is still open")
			spec.Settled(ctx, shutdown)
			patience.end()
			Expect(spec.Await(ctx, shutdown)).To(MatchError(context.DeadlineExceeded))
			Expect(listener.inUse()).To(BeZero(), "connections that the server has open")
			spec.Await(ctx, stuffed)
		})

		It("closes even a client that Accept returns while Shutdown closes the others", spec.Worth(1), func(ctx SpecContext) {
			stays := dial(ctx, server.Addr())
			Expect(ask(stays, "hello")).To(Equal("hello"))
			Expect(listener.accepted).To(Receive())
			listener.shut.Store(true)
			dial(ctx, server.Addr())
			spec.Await(ctx, listener.accepted)

			patience, giveUp := context.WithCancel(ctx)
			defer giveUp()
			shutdown := spec.Go(func() error { return server.Shutdown(patience) })
			spec.AwaitClosed(ctx, listener.closed, "the listener is still open")
			spec.Settled(ctx, shutdown)
			giveUp()
			// Whoever is in Accept is of the server too.
			spec.Settled(ctx, shutdown)
			listener.open()
			Expect(spec.Await(ctx, shutdown)).To(MatchError(context.Canceled))
			Expect(listener.inUse()).To(BeZero(), "connections that the server has open")
		})
	})
})
