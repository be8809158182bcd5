//go:build linux

package prefork_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/prefork"
)

// site is the master that a spec is about.
type site struct{ *prefork.Master }

func start(config prefork.Config) site {
	GinkgoHelper()
	m, err := prefork.Start("127.0.0.1:0", config)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		over, cancel := context.WithDeadline(context.Background(), time.Unix(1, 0))
		defer cancel()
		m.Shutdown(over)
	})
	return site{m}
}

// connect connects a client that sends nothing yet.
func (s site) connect(ctx context.Context) *client {
	GinkgoHelper()
	return dial(ctx, s.Addr().String())
}

// come connects a client that sends this line.
func (s site) come(ctx context.Context, verb string) *client {
	GinkgoHelper()
	c := s.connect(ctx)
	c.say(verb)
	return c
}

// asks connects n clients that ask, and returns the answers they will get.
func (s site) asks(ctx context.Context, n int) (answers []<-chan answer) {
	GinkgoHelper()
	for range n {
		answers = append(answers, spec.Go(s.come(ctx, ask).only))
	}
	return answers
}

// looks is how often the specs look whether those have learned of something who will,
// each time when everything is blocked.
const looks = 10

// refuses fails the spec if somebody still listens when everything is blocked. Who
// tried for ever would never let anything come to rest.
func refuses(ctx context.Context, address string) {
	GinkgoHelper()
	var dialer net.Dialer
	for range looks {
		spec.Quiet(ctx)
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
		Expect(err).NotTo(HaveOccurred())
		conn.Close()
	}
	Fail("whoever connects should be refused, but somebody still has the listening socket open")
}

// client is a connection to a worker, sooner or later.
type client struct {
	conn  *net.TCPConn
	lines *bufio.Reader
	// pid is the worker's, once it has answered.
	pid int
}

func dial(ctx context.Context, address string) *client {
	GinkgoHelper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	Expect(err).NotTo(HaveOccurred(), "a client can't connect")
	DeferCleanup(func() { conn.Close() })
	context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(0, 0)) })
	return &client{conn: conn.(*net.TCPConn), lines: bufio.NewReader(conn)}
}

// say sends a line.
func (c *client) say(line string) { fmt.Fprintln(c.conn, line) }

// answer is what a worker has answered.
type answer struct {
	pid   int
	about string
	err   error
}

// read waits for the answer.
func (c *client) read() (a answer) {
	line, err := c.lines.ReadString('\n')
	if err != nil {
		return answer{err: fmt.Errorf("the connection ended before an answer: %w", err)}
	}
	pid, about, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	_, err = fmt.Sscan(pid, &a.pid)
	c.pid = a.pid
	return answer{a.pid, about, err}
}

// only waits for the answer and the end of the connection.
func (c *client) only() answer {
	a := c.read()
	if rest, err := io.ReadAll(c.lines); a.err == nil && (err != nil || len(rest) > 0) {
		a.err = fmt.Errorf("after the answer %q and not just the end: %w", rest, err)
	}
	c.conn.Close()
	return a
}

// stay waits until a worker has answered. From then on it serves this client.
func (c *client) stay(ctx context.Context) answer {
	GinkgoHelper()
	a := spec.Await(ctx, spec.Go(c.read), "a client waits, and no worker serves it")
	Expect(a.err).NotTo(HaveOccurred())
	return a
}

// leave lets the worker end the connection, and waits for that.
func (c *client) leave(ctx context.Context) {
	GinkgoHelper()
	type end struct {
		text string
		err  error
	}
	last := spec.Go(func() end {
		c.say("go")
		text, err := io.ReadAll(c.lines)
		return end{string(text), err}
	})
	Expect(spec.Await(ctx, last, "a worker should answer, and close the connection when its handler is back")).To(Equal(end{text: farewell}),
		"what a client got that was served")
}

// lost waits for the end of a connection whose worker has been killed.
func (c *client) lost(ctx context.Context) {
	GinkgoHelper()
	rest := spec.Go(func() string { rest, _ := io.ReadAll(c.lines); return string(rest) })
	Expect(spec.Await(ctx, rest, "the worker is dead, and its connection is still there")).To(BeEmpty())
}

// kill kills a process.
func kill(pid int) {
	GinkgoHelper()
	Expect(unix.Kill(pid, unix.SIGKILL)).To(Succeed())
}

// gone waits until a process is no more, and no zombie either.
func gone(ctx context.Context, pid int, why string) {
	GinkgoHelper()
	Eventually(ctx, func() string { return spec.State(pid) }).Should(BeEmpty(), "state of a worker (Z: nobody has waited for it): "+why)
}

// reload is Reload in a goroutine of its own.
func (s site) reload(ctx context.Context) <-chan error {
	return spec.Go(func() error { return s.Reload(ctx) })
}

// children returns the pids of the processes that have this one as their parent.
func children(parent int) (pids []int) {
	for _, process := range spec.Descendants() {
		if process.Parent == parent && process.State != "Z" {
			pids = append(pids, process.PID)
		}
	}
	slices.Sort(pids)
	return pids
}

// own returns the pids of this process's children.
func own() []int { return children(os.Getpid()) }

// station is where workers come by before they call Serve.
type station struct {
	path    string
	arrived chan newcomer
}

// newcomer is a worker that waits at a station.
type newcomer struct {
	pid  int
	door *net.UnixConn
}

func open() *station {
	GinkgoHelper()
	s := &station{path: filepath.Join(spec.Folder(), "s"), arrived: make(chan newcomer, 100)}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: s.path, Net: "unix"})
	Expect(err).NotTo(HaveOccurred())
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		var doors []*net.UnixConn
		for {
			door, err := listener.AcceptUnix()
			if err != nil {
				break
			}
			doors = append(doors, door)
			s.arrived <- newcomer{peer(door), door}
		}
		for _, door := range doors {
			door.Close()
		}
	}()
	DeferCleanup(func() {
		listener.Close()
		<-closed
	})
	return s
}

// peer asks the kernel who is at the other end.
func peer(door *net.UnixConn) (pid int) {
	raw, err := door.SyscallConn()
	if err != nil {
		return 0
	}
	raw.Control(func(fd uintptr) {
		if peer, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			pid = int(peer.Pid)
		}
	})
	return pid
}

// next waits for a worker to come by.
func (s *station) next(ctx context.Context) newcomer {
	GinkgoHelper()
	return spec.Await(ctx, s.arrived, "no worker is started where one is wanted")
}

// serve lets the worker call Serve. If it has ended since, that is no matter here.
func (n newcomer) serve() {
	io.WriteString(n.door, "serve")
	n.fail()
}

// noError is what a worker says of an error that is nil.
var noError = fmt.Sprint(error(nil))

// returned waits for what Serve returns in a worker that it has let in. A worker that
// ends without that has said nothing.
func (n newcomer) returned(ctx context.Context) string {
	GinkgoHelper()
	said := spec.Go(func() string { text, _ := io.ReadAll(n.door); return string(text) })
	return spec.Await(ctx, said, "Serve should return, and doesn't")
}

// fail lets the worker end without it.
func (n newcomer) fail() { n.door.CloseWrite() }
