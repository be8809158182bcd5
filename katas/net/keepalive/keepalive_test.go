package keepalive_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/keepalive"
)

func TestKeepAlive(t *testing.T) { spec.Run(t) }

var _ = Describe("A server", func() {
	It("answers one request after the other on a connection", spec.Worth(2), func(ctx SpecContext) {
		hall, server := open(func(request *keepalive.Request) keepalive.Response {
			answer := mirror(request)
			switch request.Target {
			case "/empty":
				answer.Status, answer.Body = 204, nil
			case "/same":
				answer.Status = 304
			case "/none":
				answer.Body = nil
			}
			return answer
		}, ordinary)
		client := hall.enter(ctx)
		first := client.asks(ctx, get("/first"))
		Expect(first.status).To(Equal(200))
		Expect(first.body).To(Equal("/first "))
		Expect(first.header.Get("Content-Length")).To(Equal("7"))
		Expect(first.header.Get("X-Method")).To(Equal("GET"))
		Expect(first.header.Get("Content-Type")).To(Equal("text/plain"))
		Expect(first.header.Get("Connection")).To(BeEmpty())

		Expect(client.asks(ctx, sized("5")+"hello").body).To(Equal("/ hello"))
		Expect(client.asks(ctx, chunked+"5\r\nhello\r\n0\r\nX: y\r\n\r\n").body).To(Equal("/ hello"))
		// Whoever sends what these don't have, sends it in front of the next response.
		Expect(client.asks(ctx, "HEAD /head HTTP/1.1\r\nHost: here\r\n\r\n").header.Get("Content-Length")).To(Equal("6"))
		Expect(client.asks(ctx, get("/empty")).status).To(Equal(204))
		Expect(client.asks(ctx, get("/same")).status).To(Equal(304))
		Expect(client.asks(ctx, get("/none")).body).To(BeEmpty())
		Expect(client.asks(ctx, get("/last")).body).To(Equal("/last "))
		hall.end(ctx, server)
	})

	It("answers requests that come in one piece, in their order and one at a time", spec.Worth(1), func(ctx SpecContext) {
		called, finish := make(chan string, 10), make(chan struct{})
		hall, server := open(func(request *keepalive.Request) keepalive.Response {
			called <- request.Target
			if request.Target == "/first" {
				select {
				case <-finish:
				case <-ctx.Done():
				}
			}
			return mirror(request)
		}, ordinary)
		client := hall.enter(ctx)
		sent := client.starts(get("/first") + strings.Replace(sized("5"), "/", "/second", 1) + "hello" + get("/third"))
		response := client.awaits("GET")
		spec.Settled(ctx, response)
		Expect(called).To(Receive(Equal("/first")))
		Expect(called).NotTo(Receive(), "the next request is handled before the first is answered")
		close(finish)
		Expect(arrived(ctx, response).body).To(Equal("/first "))
		Expect(client.hears(ctx, "POST").body).To(Equal("/second hello"))
		Expect(client.hears(ctx, "GET").body).To(Equal("/third "))
		Eventually(ctx, sent).Should(Receive(BeNil()))

		// The same, in pieces of one byte.
		for _, request := range []string{sized("5") + "hello", chunked + "5\r\nhello\r\n0\r\n\r\n"} {
			for i := range request {
				client.says(ctx, request[i:i+1])
			}
			Expect(client.hears(ctx, "POST").body).To(Equal("/ hello"))
		}
		hall.end(ctx, server)
	})

	It("keeps a connection or closes it, as it is told", spec.Worth(1), func(ctx SpecContext) {
		hall, server := open(func(request *keepalive.Request) keepalive.Response {
			answer := mirror(request)
			answer.Close = request.Target == "/enough"
			return answer
		}, ordinary)
		for _, request := range []string{
			"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
			"GET / HTTP/1.1\r\nConnection: Keep-Alive, CLOSE\r\n\r\n",
			"GET / HTTP/1.1\r\nConnection: te\r\nconnection:\tClose ,x\r\n\r\n",
			"GET / HTTP/1.0\r\n\r\n",
			"GET / HTTP/1.0\r\nConnection: te\r\n\r\n",
			"GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n",
			get("/enough"),
		} {
			client := hall.enter(ctx)
			answer := client.asks(ctx, request)
			Expect(answer.body).To(HavePrefix("/"))
			Expect(answer.header.Get("Connection")).To(Equal("close"), "Connection in the response to %q", request)
			client.ends(ctx, fmt.Sprintf("the request was %q", request))
		}
		for _, request := range []string{
			"GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n",
			"GET / HTTP/1.1\r\nConnection: closed, not-close, \"close\"\r\n\r\n",
			"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
			"GET / HTTP/1.0\r\nConnection: te, keep-alive\r\n\r\n",
		} {
			client := hall.enter(ctx)
			for range 2 {
				answer := client.asks(ctx, request)
				Expect(answer.header.Get("Connection")).NotTo(Equal("close"), "Connection in the response to %q", request)
				if strings.Contains(request, "HTTP/1.0") {
					Expect(answer.header.Get("Connection")).To(Equal("keep-alive"), "Connection in the response to %q", request)
				}
			}
		}
		hall.end(ctx, server)
	})

	It("takes nothing that the handler has left of a body for a request, and drops no body without an end", spec.Worth(2), func(ctx SpecContext) {
		hall, server := open(func(request *keepalive.Request) keepalive.Response {
			if request.Target == "/read" {
				return mirror(request)
			}
			io.ReadFull(request.Body, make([]byte, 3))
			target := request.Target
			if target == "/mine" {
				*request = keepalive.Request{Method: "HEAD", Body: strings.NewReader("")}
			}
			return keepalive.Response{Status: 200, Body: []byte(target)}
		}, ordinary)
		client := hall.enter(ctx)
		for _, body := range []string{get("/smuggled"), get("/smuggled") + strings.Repeat(get("/more"), 1500)} {
			Expect(client.asks(ctx, sized(fmt.Sprint(len(body)))+body).body).To(Equal("/"))
			Expect(client.asks(ctx, fmt.Sprintf("%s%x\r\n%s\r\n0\r\n\r\n", chunked, len(body), body)).body).To(Equal("/"))
		}
		Expect(client.asks(ctx, get("/next")).body).To(Equal("/next"))
		// So much it has to drop, and to see then that this was all.
		rest := strings.Repeat("x", 3+64<<10)
		Expect(client.asks(ctx, sized(fmt.Sprint(len(rest)))+rest).body).To(Equal("/"))
		Expect(client.asks(ctx, fmt.Sprintf("%s%x\r\n%s\r\n0\r\n\r\n", chunked, len(rest), rest)).body).To(Equal("/"))
		// The handler may do with its request what it likes.
		rest = "123" + get("/smuggled")
		mine := client.asks(ctx, strings.Replace(sized(fmt.Sprint(len(rest))), "/", "/mine", 1)+rest)
		Expect(mine.body).To(Equal("/mine"), "the body of the response to a POST, of which the handler has made a HEAD")
		Expect(mine.header.Get("Connection")).To(BeEmpty(), "Connection in the response to HTTP/1.1, of which the handler has made HTTP/1.0")
		Expect(client.asks(ctx, get("/next")).body).To(Equal("/next"), "the response behind that to a request which the handler has changed")

		// The response doesn't wait for what nobody reads.
		client.says(ctx, sized("10")+"hel")
		Expect(client.hears(ctx, "POST").body).To(Equal("/"))
		client.says(ctx, "lo you!"+get("/then"))
		Expect(client.hears(ctx, "GET").body).To(Equal("/then"))

		const much, end = 1 << 20, 4 << 20
		piece := "4000\r\n" + strings.Repeat("x", 0x4000) + "\r\n"
		for _, begin := range []string{sized("4194304"), chunked} {
			client := hall.enter(ctx)
			sent := client.starts(begin + strings.Repeat(piece, end/len(piece)))
			Expect(client.hears(ctx, "POST").body).To(Equal("/"))
			client.ends(ctx, "the handler left 4 MiB of the body")
			Eventually(ctx, sent).Should(Receive(HaveOccurred()))
			Expect(client.wire.taken()).To(BeNumerically("<", much+len(begin)+8<<10), "bytes that were read of a body that nobody wants")
		}

		client = hall.enter(ctx)
		client.starts(chunked + "5\r\nhello\r\nx\r\n\r\n" + get("/smuggled"))
		Expect(client.hears(ctx, "POST").body).To(Equal("/"))
		client.ends(ctx, "what is left of the body is malformed")
		client = hall.enter(ctx)
		client.starts(strings.Replace(chunked, "/", "/read", 1) + "5\r\nhelloGET" + get("/smuggled"))
		answer := client.hears(ctx, "POST")
		Expect(answer.status).To(Equal(500))
		Expect(answer.body).To(ContainSubstring(keepalive.ErrMalformed.Error()), "the error that the handler gets from the body")
		client.ends(ctx, "the body is malformed")
		hall.end(ctx, server)
	})

	It("answers with 400 or 431 what it can't read, and closes", spec.Worth(1), func(ctx SpecContext) {
		hall, server := open(mirror, keepalive.Limits{Header: 500})
		refused := func(client *client, status int, text string) {
			GinkgoHelper()
			client.starts(text)
			answer := client.hears(ctx, "GET")
			Expect(answer.status).To(Equal(status), "the status for %.100q", text)
			Expect(answer.header.Get("Connection")).To(Equal("close"))
			client.ends(ctx, "the request was refused")
		}
		refused(hall.enter(ctx), 400, "HELO here\r\n\r\n"+get("/smuggled"))
		refused(hall.enter(ctx), 400, "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"+get("/smuggled"))
		refused(hall.enter(ctx), 400, sized("5, 6")+"hello")
		refused(hall.enter(ctx), 400, sized("-1")+get("/smuggled"))
		refused(hall.enter(ctx), 431, "GET / HTTP/1.1\r\nX: "+strings.Repeat("x", 64<<10))
		refused(hall.enter(ctx), 431, "GET / HTTP/1.1\r\n"+strings.Repeat("X: y\r\n", 10_000)+"\r\n")

		client := hall.enter(ctx)
		Expect(client.asks(ctx, get("/before")).body).To(Equal("/before "))
		refused(client, 400, "GET /\r\n\r\n"+get("/after"))
		hall.end(ctx, server)
	})

	It("serves many at once, whatever others leave undone", spec.Worth(1), func(ctx SpecContext) {
		const crowd = 50
		together := spec.Gate(crowd)
		hall, server := open(func(request *keepalive.Request) keepalive.Response {
			if request.Target == "/together" {
				if err := together.Enter(ctx); err != nil {
					return keepalive.Response{Status: 500, Body: []byte(err.Error())}
				}
			}
			return mirror(request)
		}, ordinary)
		// One that sends nothing, one that stops in its header, one in its body, and
		// one that never reads its response.
		hall.enter(ctx)
		for _, text := range []string{"GET / HT", sized("10") + "hello"} {
			hall.enter(ctx).says(ctx, text)
		}
		deaf := hall.enter(ctx)
		deaf.starts(strings.Repeat(get("/deaf"), 1000))
		spec.Quiet(ctx)
		Expect(deaf.wire.taken()).To(BeNumerically("<", 16<<10), "bytes that were read of a client that reads no responses")

		var responses []<-chan answer
		for range crowd {
			client := hall.enter(ctx)
			client.starts(get("/together"))
			responses = append(responses, client.awaits("GET"))
		}
		for _, response := range responses {
			Expect(arrived(ctx, response).body).To(Equal("/together "))
		}
		leave, cancel := context.WithCancel(ctx)
		cancel()
		Eventually(ctx, spec.Go(func() error { return server.Shutdown(leave) })).Should(Receive(MatchError(context.Canceled)))
	})
})
