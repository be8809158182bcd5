package keepalive_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/keepalive"
)

// hour is an idle limit that doesn't pass by itself.
const hour = time.Hour

// tick waits for the clock to move on.
func tick() time.Time {
	now := time.Now()
	for !time.Now().After(now) {
	}
	return time.Now()
}

var _ = Describe("A server's connection", func() {
	It("is closed when its peer vanishes", spec.Worth(1), func(ctx SpecContext) {
		read := make(chan error, 10)
		hall, server := open(func(request *keepalive.Request) keepalive.Response {
			_, err := io.ReadAll(request.Body)
			read <- err
			return keepalive.Response{Status: 200, Body: make([]byte, 1<<20)}
		}, ordinary)
		for _, text := range []string{"", "GET / HTTP", "GET / HTTP/1.1\r\nHost: here\r\n"} {
			client := hall.enter(ctx)
			if text != "" {
				client.says(ctx, text)
			}
			client.conn.Close()
			spec.AwaitClosed(ctx, client.wire.closed, "the peer has left after %q", text)
			Expect(read).NotTo(Receive(), "the handler is called for half a request")
		}
		for _, text := range []string{sized("10") + "hello", chunked + "a\r\nhello", chunked + "5\r\nhello\r\n"} {
			client := hall.enter(ctx)
			client.says(ctx, text)
			spec.Settled(ctx, read)
			client.conn.Close()
			Eventually(ctx, read).Should(Receive(MatchError(io.ErrUnexpectedEOF)), "the error that the handler gets from the body %q", text)
			spec.AwaitClosed(ctx, client.wire.closed, "the peer has left after %q", text)
		}
		deaf := hall.enter(ctx)
		deaf.says(ctx, get("/"))
		Eventually(ctx, read).Should(Receive(BeNil()))
		spec.Quiet(ctx)
		deaf.conn.Close()
		spec.AwaitClosed(ctx, deaf.wire.closed, "the peer has left and not read its response")
		hall.end(ctx, server)
	})

	It("waits until its idle limit, one for a header and one for each part of a body", spec.Worth(2), func(ctx SpecContext) {
		handled := make(chan time.Time, 10)
		hall, server := open(func(request *keepalive.Request) keepalive.Response {
			handled <- tick()
			return mirror(request)
		}, keepalive.Limits{Header: roomy, Idle: hour})
		before := tick()
		client, silent := hall.enter(ctx), hall.enter(ctx)
		Expect(client.wire.until(ctx)).To(BeTemporally(">=", before.Add(hour)), "the read deadline of a new connection, which must be Idle from when it came")
		Expect(client.wire.until(ctx)).To(BeTemporally("<=", time.Now().Add(hour)), "the read deadline of a new connection, which must be Idle from when it came")
		for range 2 {
			Expect(client.asks(ctx, get("/")).body).To(Equal("/ "))
			Expect(client.wire.until(ctx)).To(BeTemporally(">=", come(ctx, handled, "no handler is called").Add(hour)), "the read deadline after a response, which must be set anew, to Idle from then")
		}

		client.wire.pass()
		client.ends(ctx, "it has waited for the next request up to its limit")
		silent.wire.pass()
		silent.ends(ctx, "it has waited for the first request up to its limit")
		hall.end(ctx, server)

		// Without a limit there is no deadline.
		hall, server = open(mirror, ordinary)
		client = hall.enter(ctx)
		Expect(client.asks(ctx, get("/")).body).To(Equal("/ "))
		Expect(client.wire.until(ctx)).To(BeZero(), "the read deadline, with no limit")
		hall.end(ctx, server)

		failed := make(chan error, 10)
		hall, server = open(func(request *keepalive.Request) keepalive.Response {
			handled <- tick()
			_, err := io.ReadAll(request.Body)
			failed <- err
			return keepalive.Response{Status: 200}
		}, keepalive.Limits{Header: roomy, Idle: hour})
		slow := hall.enter(ctx)
		limit := slow.wire.until(ctx)
		for _, piece := range []string{"GET /", " HTTP/1.1\r\n", "X: y\r\n", "X: "} {
			tick()
			slow.says(ctx, piece)
			Expect(slow.wire.until(ctx)).To(BeTemporally("<=", limit), "the read deadline, which must hold until the header is complete, and moves when %q has come of it", piece)
		}
		slow.wire.pass()
		slow.ends(ctx, "the header was not complete at its limit")

		for _, pieces := range [][]string{{sized("10"), "he", "llo"}, {chunked, "5\r\nhe", "llo\r\n", "5"}} {
			client := hall.enter(ctx)
			client.says(ctx, pieces[0])
			last := come(ctx, handled, "the handler is not called before all of the body has come")
			for _, piece := range pieces[1:] {
				Expect(client.wire.until(ctx)).To(BeTemporally(">=", last.Add(hour)), "the read deadline of a part of a body, which must be set anew each time that the server waits for one")
				last = tick()
				client.says(ctx, piece)
			}
			client.wire.until(ctx)
			client.wire.pass()
			err := spec.Await(ctx, failed)
			Expect(errors.Is(err, os.ErrDeadlineExceeded)).To(BeTrue(), "the limit has passed, and the handler gets from the body: %v", err)
			Expect(client.hears(ctx, "POST").status).To(Equal(200))
			client.ends(ctx, "nobody knows where the next request begins")
		}
		hall.end(ctx, server)

		// What nobody reads is a part of a body, too.
		hall, server = open(func(request *keepalive.Request) keepalive.Response {
			handled <- tick()
			return keepalive.Response{Status: 200}
		}, keepalive.Limits{Header: roomy, Idle: hour})
		client = hall.enter(ctx)
		client.says(ctx, sized("10"))
		last := come(ctx, handled, "the handler is not called before all of the body has come")
		Expect(client.hears(ctx, "POST").status).To(Equal(200))
		for _, piece := range []string{"he", "llo"} {
			Expect(client.wire.until(ctx)).To(BeTemporally(">=", last.Add(hour)), "the read deadline of a part of a body that the handler has left, which must be set anew each time that the server waits for one")
			last = tick()
			client.says(ctx, piece)
		}
		client.wire.until(ctx)
		client.wire.pass()
		client.ends(ctx, "it has waited for the rest of a body up to its limit")
		hall.end(ctx, server)
	})

	It("is closed at Shutdown once its handler is answered, or at once if there is none", spec.Worth(1), func(ctx SpecContext) {
		called, finish := make(chan string, 10), make(chan struct{})
		hall, server := open(func(request *keepalive.Request) keepalive.Response {
			called <- request.Target
			if request.Target == "/slow" {
				select {
				case <-finish:
				case <-ctx.Done():
				}
			}
			if request.Target == "/" {
				return keepalive.Response{Status: 200}
			}
			return mirror(request)
		}, keepalive.Limits{Header: roomy, Idle: hour})
		fresh, idle, owing, busy := hall.enter(ctx), hall.enter(ctx), hall.enter(ctx), hall.enter(ctx)
		Expect(idle.asks(ctx, get("/idle")).body).To(Equal("/idle "))
		Expect(owing.asks(ctx, sized("10")+"hello").status).To(Equal(200))
		busy.starts(get("/slow") + get("/late"))
		response := busy.awaits("GET")
		spec.Settled(ctx, response)

		shutdown := spec.Go(func() error { return server.Shutdown(ctx) })
		fresh.ends(ctx, "the server is shut down, and nothing has come on it")
		idle.ends(ctx, "the server is shut down, and its next request has not come")
		owing.ends(ctx, "the server is shut down, and its request is answered, if not all of the body has come")
		Expect(hall.closed).To(BeClosed(), "the listener is still open")
		spec.Settled(ctx, shutdown)
		spec.Idle(ctx)
		Expect(response).NotTo(Receive())
		close(finish)
		Expect(arrived(ctx, response).body).To(Equal("/slow "), "the response of a handler that was at work when the server was shut down")
		busy.ends(ctx, "the server is shut down, and the handler is answered")
		Eventually(ctx, shutdown).Should(Receive(BeNil()))
		Expect(called).To(HaveLen(3), "handlers that were called")
	})

	It("is served though Accept has failed, and closed though it came during Shutdown", spec.Worth(1), func(ctx SpecContext) {
		called, finish := make(chan struct{}), make(chan struct{})
		hall, server := open(func(request *keepalive.Request) keepalive.Response {
			if request.Target == "/slow" {
				close(called)
				select {
				case <-finish:
				case <-ctx.Done():
				}
			}
			return mirror(request)
		}, ordinary)
		fresh, idle, busy := hall.enter(ctx), hall.enter(ctx), hall.enter(ctx)
		Expect(idle.asks(ctx, get("/before")).body).To(Equal("/before "))
		busy.says(ctx, get("/slow"))
		spec.AwaitClosed(ctx, called)
		select {
		case hall.fails <- syscall.EMFILE:
		case <-ctx.Done():
			Fail("nobody accepts connections")
		}
		spec.Quiet(ctx)
		hall.mu.Lock()
		accepting := hall.accepting
		hall.mu.Unlock()
		Expect(accepting).To(BeZero(), "calls of Accept after one has failed")
		close(finish)
		Expect(busy.hears(ctx, "GET").body).To(Equal("/slow "), "the response of a handler that was at work when Accept failed")
		for _, client := range []*client{fresh, idle, busy} {
			Expect(client.wire.closed).NotTo(BeClosed(), "a connection is closed because Accept has failed")
			Expect(client.asks(ctx, get("/after")).body).To(Equal("/after "), "the response on a connection that was there when Accept failed")
		}
		hall.end(ctx, server)

		// Accept may have a connection in its hands when the listener is closed.
		hall = raise()
		hall.last = make(chan net.Conn)
		empty := sync.OnceFunc(func() { close(hall.last) })
		DeferCleanup(empty)
		server = keepalive.Serve(hall, mirror, ordinary)
		idle, late := hall.enter(ctx), hall.guest(ctx)
		Expect(idle.asks(ctx, get("/idle")).body).To(Equal("/idle "))
		shutdown := spec.Go(func() error { return server.Shutdown(ctx) })
		spec.Settled(ctx, shutdown)
		select {
		case hall.last <- late.wire:
		case <-ctx.Done():
			Fail("nobody accepts connections")
		}
		empty()
		late.ends(ctx, "it was accepted when the server was shut down already")
		idle.ends(ctx, "the server is shut down, and its next request has not come")
		Expect(come(ctx, shutdown, "Shutdown doesn't return")).To(Succeed())
	})

	It("is closed by force when the context of Shutdown ends, and its handler is waited for", spec.Worth(1), func(ctx SpecContext) {
		failed, called, finish := make(chan error, 1), make(chan struct{}), make(chan struct{})
		hall, server := open(func(request *keepalive.Request) keepalive.Response {
			switch request.Target {
			case "/":
				_, err := io.ReadAll(request.Body)
				failed <- err
			case "/stays":
				close(called)
				select {
				case <-finish:
				case <-ctx.Done():
				}
			}
			return keepalive.Response{Status: 200, Body: make([]byte, 1<<20)}
		}, keepalive.Limits{Header: roomy, Idle: hour})
		reading, deaf, stays := hall.enter(ctx), hall.enter(ctx), hall.enter(ctx)
		reading.says(ctx, sized("10")+"hello")
		deaf.says(ctx, get("/deaf"))
		stays.says(ctx, get("/stays"))
		spec.AwaitClosed(ctx, called)
		spec.Quiet(ctx)

		leave, cancel := context.WithCancel(ctx)
		defer cancel()
		shutdown := spec.Go(func() error { return server.Shutdown(leave) })
		spec.Settled(ctx, shutdown)
		Expect(failed).NotTo(Receive(), "the handler is cut off before the context of Shutdown ends")
		cancel()
		Eventually(ctx, failed).Should(Receive(HaveOccurred()), "the error that a handler gets which waits for more of its body")
		for _, client := range []*client{reading, deaf, stays} {
			spec.AwaitClosed(ctx, client.wire.closed, "the context of Shutdown has ended")
		}
		spec.Settled(ctx, shutdown)
		close(finish)
		Eventually(ctx, shutdown).Should(Receive(MatchError(context.Canceled)))
	})
})
