package keepalive_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/keepalive"
)

// hall is a listener whose connections are pipes (net.Pipe): nothing of what is
// under way in them is in the system, so what a server has read, and for what it
// waits, is known for sure.
type hall struct {
	doors  chan net.Conn
	closed chan struct{}
	close  func()
	// fails makes Accept fail.
	fails chan error
	// last is nil, or brings who comes out of Accept when the hall is closed already,
	// if anybody does.
	last chan net.Conn

	mu    sync.Mutex
	wires []*wire
	// accepting are those that are in Accept.
	accepting int
}

// open returns a new hall with a server in it, and what its handler is called with
// is for the spec to say.
func open(handle keepalive.Handler, limits keepalive.Limits) (*hall, *keepalive.Server) {
	GinkgoHelper()
	h := raise()
	return h, keepalive.Serve(h, handle, limits)
}

// raise returns a hall without a server.
func raise() *hall {
	h := &hall{doors: make(chan net.Conn), closed: make(chan struct{}), fails: make(chan error)}
	h.close = sync.OnceFunc(func() { close(h.closed) })
	DeferCleanup(func() {
		if CurrentSpecReport().Failed() {
			h.release()
		}
	})
	return h
}

func (h *hall) Accept() (net.Conn, error) {
	h.mu.Lock()
	h.accepting++
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.accepting--
	}()
	select {
	case conn := <-h.doors:
		return conn, nil
	case err := <-h.fails:
		return nil, err
	case <-h.closed:
	}
	if h.last != nil {
		if conn, comes := <-h.last; comes {
			return conn, nil
		}
	}
	return nil, net.ErrClosed
}

func (h *hall) Close() error {
	h.close()
	return nil
}

func (h *hall) Addr() net.Addr { return &net.UnixAddr{Name: "hall", Net: "hall"} }

// release ends whatever an answer still does in the hall.
func (h *hall) release() {
	h.close()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.wires {
		w.Close()
	}
}

// end shuts a server down that has nothing to wait for.
func (h *hall) end(ctx context.Context, server *keepalive.Server) {
	GinkgoHelper()
	Expect(come(ctx, spec.Go(func() error { return server.Shutdown(ctx) }), "Shutdown doesn't return")).To(Succeed())
	Expect(h.closed).To(BeClosed(), "the listener is still open")
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.wires {
		Expect(w.closed).To(BeClosed(), "a connection is still open when Shutdown has returned")
	}
}

// wire is the server's end of a pipe. It tells what the server does with it.
type wire struct {
	net.Conn
	closed chan struct{}
	once   sync.Once

	mu sync.Mutex
	// deadline is the read deadline that is set.
	deadline time.Time
	// readers are those that are in Read.
	readers int
	// moved counts the bytes that were read.
	moved int
}

func (w *wire) Read(p []byte) (int, error) {
	w.mu.Lock()
	w.readers++
	w.mu.Unlock()
	n, err := w.Conn.Read(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.readers--
	w.moved += n
	return n, err
}

func (w *wire) SetReadDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deadline = t
	return w.Conn.SetReadDeadline(t)
}

func (w *wire) SetDeadline(t time.Time) error {
	w.Conn.SetWriteDeadline(t)
	return w.SetReadDeadline(t)
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.closed) })
	return w.Conn.Close()
}

// until returns until when the server waits for its peer. It must wait, for nothing
// else is quiet in a right server.
func (w *wire) until(ctx context.Context) time.Time {
	GinkgoHelper()
	spec.Quiet(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	Expect(w.readers).To(Equal(1), "calls of Read in which the server waits for its peer")
	return w.deadline
}

// pass lets the deadline pass that is set.
func (w *wire) pass() { w.Conn.SetReadDeadline(time.Unix(1, 0)) }

// taken is how many bytes the server has read.
func (w *wire) taken() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.moved
}

// come waits for what comes on a channel. Lacks says what is wrong if nothing does.
func come[T any](ctx context.Context, from <-chan T, lacks string) (value T) {
	GinkgoHelper()
	select {
	case value = <-from:
	case <-ctx.Done():
		Fail(lacks)
	}
	return value
}

// client is the other end.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	wire *wire
}

// enter connects a client. What it does ends with ctx.
func (h *hall) enter(ctx context.Context) *client {
	GinkgoHelper()
	c := h.guest(ctx)
	select {
	case h.doors <- c.wire:
	case <-ctx.Done():
		Fail("nobody accepts the connection")
	}
	return c
}

// guest is a client that has not come in.
func (h *hall) guest(ctx context.Context) *client {
	near, far := net.Pipe()
	w := &wire{Conn: far, closed: make(chan struct{})}
	h.mu.Lock()
	h.wires = append(h.wires, w)
	h.mu.Unlock()
	DeferCleanup(func() { near.Close() })
	context.AfterFunc(ctx, func() { near.Close() })
	return &client{near, bufio.NewReader(near), w}
}

// starts sends some text, which goes on until the server has read all of it.
func (c *client) starts(text string) <-chan error {
	return spec.Go(func() error { _, err := io.WriteString(c.conn, text); return err })
}

// says sends some text that the server must read, and waits for that.
func (c *client) says(ctx context.Context, text string) {
	GinkgoHelper()
	err := come(ctx, c.starts(text), fmt.Sprintf("the server doesn't read all of %.100q", text))
	Expect(err).NotTo(HaveOccurred(), "the server has closed the connection, and not read all of %.100q", text)
}

// answer is a response as it came.
type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

// awaits begins to read the response to a request of this method.
func (c *client) awaits(method string) <-chan answer {
	return spec.Go(func() answer {
		response, err := http.ReadResponse(c.in, &http.Request{Method: method})
		if err != nil {
			return answer{err: err}
		}
		body, err := io.ReadAll(response.Body)
		// ReadResponse takes this field out.
		if response.Close {
			response.Header.Set("Connection", "close")
		}
		return answer{response.StatusCode, response.Header, string(body), err}
	})
}

// hears waits for a response and returns it.
func (c *client) hears(ctx context.Context, method string) answer {
	GinkgoHelper()
	return arrived(ctx, c.awaits(method))
}

// arrived waits for a response that is being read.
func arrived(ctx context.Context, awaited <-chan answer) answer {
	GinkgoHelper()
	got := come(ctx, awaited, "no response comes, or no whole one")
	Expect(got.err).NotTo(HaveOccurred(), "no response comes, or no whole one")
	return got
}

// asks sends a request that the server must read, and returns its response.
func (c *client) asks(ctx context.Context, request string) answer {
	GinkgoHelper()
	sent := c.starts(request)
	var method string
	fmt.Sscan(request, &method)
	got := c.hears(ctx, method)
	err := come(ctx, sent, fmt.Sprintf("the server has answered, and doesn't read all of %.100q", request))
	Expect(err).NotTo(HaveOccurred(), "the server has answered, and closed the connection before it had read all of %.100q", request)
	return got
}

// ends expects that the server closes the connection, and sends nothing more. Why
// says why it must.
func (c *client) ends(ctx context.Context, why string) {
	GinkgoHelper()
	rest := come(ctx, spec.Go(func() string {
		rest, err := io.ReadAll(c.in)
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			return err.Error()
		}
		return string(rest)
	}), "the connection stays open: "+why)
	Expect(rest).To(BeEmpty(), "before the connection ends, more comes: %s", why)
	Expect(c.wire.closed).To(BeClosed())
}

// get is a request for a target, of HTTP/1.1.
func get(target string) string { return "GET " + target + " HTTP/1.1\r\nHost: here\r\n\r\n" }

// mirror answers with what it was asked.
func mirror(request *keepalive.Request) keepalive.Response {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return keepalive.Response{Status: 500, Body: []byte(err.Error())}
	}
	return keepalive.Response{
		Status: 200,
		Header: map[string]string{"X-Method": request.Method, "Content-Type": "text/plain"},
		Body:   []byte(request.Target + " " + string(body)),
	}
}

// ordinary are limits that nothing comes near.
var ordinary = keepalive.Limits{Header: roomy}
