package echo_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/echo"
)

// The client's specs bring servers of their own, so a fault of the server costs
// no points here.
var _ = Describe("An echo client", func() {
	It("gets back what it sent, whatever its size", spec.Worth(1), func(ctx SpecContext) {
		// Hidden in structs, the connections have none of the methods that would
		// let io.Copy leave the copying to the system.
		address := peer(ctx, func(conn *net.TCPConn) {
			io.Copy(struct{ io.Writer }{conn}, struct{ io.Reader }{conn})
		})
		// A context that never ends: what waits for nothing but its end stays
		// behind.
		forever := context.WithoutCancel(ctx)
		for _, size := range []int{0, 1, flood} {
			message := spec.Noise(size)
			var back []byte
			echoed := spec.Go(func() (err error) {
				back, err = echo.Echo(forever, address, message)
				return err
			})
			Expect(spec.Await(ctx, echoed)).To(Succeed())
			Expect(back).To(HaveLen(size))
			Expect(bytes.Equal(back, message)).To(BeTrue(), "Echo returned other bytes than came back")
		}
	})

	It("says so when it gets back something else", spec.Worth(1), func(ctx SpecContext) {
		for _, reply := range []string{"hullo", "hell", "hello?", ""} {
			address := peer(ctx, func(conn *net.TCPConn) {
				io.ReadAll(conn)
				io.WriteString(conn, reply)
			})
			_, err := echo.Echo(ctx, address, []byte("hello"))
			Expect(err).To(HaveOccurred(), "sent %q and got %q back", "hello", reply)
		}
		for _, message := range []string{"", "hello"} {
			address := peer(ctx, func(conn *net.TCPConn) {
				io.Copy(struct{ io.Writer }{conn}, struct{ io.Reader }{conn})
				conn.SetLinger(0)
			})
			_, err := echo.Echo(ctx, address, []byte(message))
			Expect(err).To(HaveOccurred(), "the server sent %q back and broke the connection", message)
		}
		hangsUp := peer(ctx, func(conn *net.TCPConn) { conn.SetLinger(0) })
		_, err := echo.Echo(ctx, hangsUp, make([]byte, flood))
		Expect(err).To(HaveOccurred(), "the server broke the connection")
		// Nobody can listen on port 0.
		_, err = echo.Echo(ctx, "127.0.0.1:0", []byte("hello"))
		Expect(err).To(HaveOccurred(), "there is no server")
	})

	It("gives up when its context ends", spec.Worth(1), func(ctx SpecContext) {
		conns := make(chan *net.TCPConn, 2)
		address := peer(ctx, func(conn *net.TCPConn) {
			conns <- conn
			<-ctx.Done()
		})
		waiting := patient(ctx)
		reading := spec.Go(func() error { _, err := echo.Echo(waiting, address, []byte("hello")); return err })
		conn := spec.Await(ctx, conns)
		writing := spec.Go(func() error { _, err := echo.Echo(waiting, address, make([]byte, flood)); return err })
		spec.Await(ctx, conns)
		spec.Settled(ctx, reading, writing)
		waiting.end()
		Expect(spec.Await(ctx, reading)).To(MatchError(context.DeadlineExceeded))
		Expect(spec.Await(ctx, writing)).To(MatchError(context.DeadlineExceeded))

		// A system resets what is sent to a connection that has been closed.
		Eventually(ctx, func() error { _, err := conn.Write([]byte("hello?")); return err }).
			Should(HaveOccurred(), "Echo returned and left its connection open")

		canceled, cancel := context.WithCancel(ctx)
		cancel()
		_, err := echo.Echo(canceled, address, []byte("hello"))
		Expect(errors.Is(err, context.Canceled)).To(BeTrue(), "the context has ended before the call, and Echo returned %v", err)
	})
})
