//go:build linux

package epoll_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/epoll"
)

// modes are both ways to be told. What level-triggered never ends does nothing
// edge-triggered, which is quicker seen.
var modes = []epoll.Mode{epoll.Edge, epoll.Level}

// byMark routes a line by its first byte: "*" to the others, "#" to nobody, and all else
// back to the sender.
func byMark(line []byte) epoll.To {
	switch {
	case bytes.HasPrefix(line, []byte("*")):
		return epoll.Others
	case bytes.HasPrefix(line, []byte("#")):
		return epoll.Nobody
	default:
		return epoll.Sender
	}
}

// narrow is the size that the specs ask of the buffers of TCP: so little that an answer
// that counts on them is found out. No right answer depends on it.
const narrow = 64 << 10

// queue is how many clients may wait for a server that doesn't accept, if the system
// allows it. No spec but that of thousands needs more than a few dozen.
const queue = 4096

// door is a socket that listens.
type door struct {
	fd      int
	network string
	address string
}

// listening makes a door. It blocks, as sockets do unless one asks for the other.
func listening(network string) door {
	GinkgoHelper()
	d := door{network: network}
	var err error
	switch network {
	case "unix":
		d.address = filepath.Join(spec.Folder(), "socket")
		d.fd, err = unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(unix.Bind(d.fd, &unix.SockaddrUnix{Name: d.address})).To(Succeed())
	default:
		d.fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		Expect(err).NotTo(HaveOccurred())
		// What is accepted has the buffers of the listener.
		unix.SetsockoptInt(d.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, narrow)
		unix.SetsockoptInt(d.fd, unix.SOL_SOCKET, unix.SO_SNDBUF, narrow)
		Expect(unix.Bind(d.fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})).To(Succeed())
		name, err := unix.Getsockname(d.fd)
		Expect(err).NotTo(HaveOccurred())
		d.address = fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port)
	}
	Expect(unix.Listen(d.fd, queue)).To(Succeed())
	return d
}

// host is a server and where it is.
type host struct {
	*epoll.Server
	door
	mode epoll.Mode
	// runtime are the epoll instances that there were before.
	runtime map[int]bool
	stopped bool
}

// serve starts a server behind a new door.
func serve(network string, mode epoll.Mode, route func([]byte) epoll.To) *host {
	GinkgoHelper()
	return serveAt(listening(network), mode, route)
}

func serveAt(d door, mode epoll.Mode, route func([]byte) epoll.To) *host {
	GinkgoHelper()
	h := &host{door: d, mode: mode, runtime: map[int]bool{}}
	for fd := range instances() {
		h.runtime[fd] = true
	}
	server, err := epoll.Start(d.fd, mode, route)
	if err != nil {
		unix.Close(d.fd)
	}
	Expect(err).NotTo(HaveOccurred())
	h.Server = server
	DeferCleanup(func() {
		if !h.stopped {
			// The spec has failed. Who wants to end may do so.
			spec.Returned(server.Stop)
		}
	})
	return h
}

// in tells of which mode a text is.
func (h *host) in(text string) string {
	if h.mode == epoll.Edge {
		return "edge-triggered: " + text
	}
	return "level-triggered: " + text
}

// stop ends the server and the clients that are left of it.
func (h *host) stop(ctx context.Context) {
	GinkgoHelper()
	h.stopped = true
	spec.AwaitClosed(ctx, spec.Returned(h.Stop), h.in("Stop never returns"))
	Expect(h.Clients()).To(BeZero(), h.in("clients that are connected after Stop"))
}

// has waits until so many clients are connected.
func (h *host) has(ctx context.Context, count int) {
	GinkgoHelper()
	Eventually(ctx, h.Clients).Should(Equal(count), h.in("how many clients are connected"))
}

// client is one that the specs play.
type client struct {
	conn
	host *host
}

// conn is what *net.UnixConn and *net.TCPConn have in common.
type conn interface {
	net.Conn
	CloseWrite() error
	SetReadBuffer(int) error
	SetWriteBuffer(int) error
	SyscallConn() (syscall.RawConn, error)
}

// dial connects a client, whose reads and writes end with ctx.
func (h *host) dial(ctx context.Context) *client {
	GinkgoHelper()
	return &client{conn: h.door.dial(ctx), host: h}
}

func (d door) dial(ctx context.Context) conn {
	GinkgoHelper()
	var dialer net.Dialer
	made, err := dialer.DialContext(ctx, d.network, d.address)
	Expect(err).NotTo(HaveOccurred(), "a client can't connect")
	c := made.(conn)
	if d.network == "tcp" {
		c.SetReadBuffer(narrow)
		c.SetWriteBuffer(narrow)
	}
	endWith(ctx, c)
	return c
}

// endWith keeps a connection of the specs from outliving its spec, and calls that are
// blocked in it from outliving ctx.
func endWith(ctx context.Context, c net.Conn) {
	DeferCleanup(func() { c.Close() })
	context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
}

// joined returns clients that the server has served.
func (h *host) joined(ctx context.Context, count int) (all []*client) {
	GinkgoHelper()
	for range count {
		c := h.dial(ctx)
		c.asks("hello\n")
		all = append(all, c)
	}
	return all
}

func (c *client) says(text string) {
	GinkgoHelper()
	_, err := io.WriteString(c, text)
	Expect(err).NotTo(HaveOccurred(), c.host.in("a client that should be connected sends "+shown(text)))
}

// hears expects that text comes next.
func (c *client) hears(text string) {
	GinkgoHelper()
	back := make([]byte, len(text))
	n, err := io.ReadFull(c, back)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errors.New("and then nothing more")
	}
	if err != nil || string(back) != text {
		Fail(c.host.in(fmt.Sprintf("a client should get %s, and gets %s (%v)", shown(text), shown(string(back[:n])), err)))
	}
}

// shown is a text for people: the line at which a long one begins says enough.
func shown(text string) string {
	if len(text) <= 80 {
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprintf("%d bytes, %.40q…%q", len(text), text, text[len(text)-20:])
}

// until reads lines until the one that is the last, and returns those before it.
func (c *client) until(last string) string {
	GinkgoHelper()
	var heard strings.Builder
	for reader := bufio.NewReader(c); ; {
		text, err := reader.ReadString('\n')
		Expect(err).NotTo(HaveOccurred(), c.host.in("a slow client reads again, and waits for what it is still to get"))
		if text == last {
			return heard.String()
		}
		heard.WriteString(text)
	}
}

// asks says what is to come back.
func (c *client) asks(text string) {
	GinkgoHelper()
	c.says(text)
	c.hears(text)
}

// hearsEnd expects that nothing comes any more, and the connection ends.
func (c *client) hearsEnd() {
	GinkgoHelper()
	rest, err := io.ReadAll(c)
	Expect(err).NotTo(HaveOccurred(), c.host.in("wait for the server to close the connection"))
	Expect(string(rest)).To(BeEmpty(), c.host.in("what comes before the end"))
}

// lines returns count lines of so many bytes, no two of them alike.
func lines(mark string, count, size int) string {
	var text bytes.Buffer
	for i := range count {
		text.WriteString(line(mark, i, size))
	}
	return text.String()
}

// line returns one of them.
func line(mark string, i, size int) string {
	head := fmt.Sprintf("%s%07d ", mark, i)
	return head + string(bytes.Repeat([]byte{byte('a' + i%26)}, size-len(head)-1)) + "\n"
}
