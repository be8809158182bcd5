//go:build linux

package selectloop_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/selectloop"
)

// subject is a loop that runs on a thread of its own.
type subject struct {
	loop  *selectloop.Loop
	path  string
	ended <-chan error
	// thread is that in which Run runs.
	thread int
}

// listen returns a socket that listens at a path, blocking as sockets are at first.
func listen() (fd int, path string) {
	GinkgoHelper()
	path = filepath.Join(spec.Folder(), "socket")
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	Expect(err).NotTo(HaveOccurred())
	Expect(unix.Bind(fd, &unix.SockaddrUnix{Name: path})).To(Succeed())
	Expect(unix.Listen(fd, 128)).To(Succeed())
	return fd, path
}

// begin returns a loop that has begun to run.
func begin(ctx context.Context) *subject {
	GinkgoHelper()
	fd, path := listen()
	return run(ctx, fd, path)
}

func run(ctx context.Context, listener int, path string) *subject {
	GinkgoHelper()
	loop, err := selectloop.New(listener)
	Expect(err).NotTo(HaveOccurred())
	thread := make(chan int, 1)
	s := &subject{loop: loop, path: path}
	s.ended = spec.Go(func() error {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		thread <- unix.Gettid()
		return loop.Run()
	})
	s.thread = come(ctx, thread, "Run doesn't begin")
	DeferCleanup(func() {
		if CurrentSpecReport().Failed() {
			loop.Stop()
		}
	})
	return s
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

// end stops the loop.
func (s *subject) end(ctx context.Context) {
	GinkgoHelper()
	s.loop.Stop()
	Expect(come(ctx, s.ended, "Stop has been called, and Run doesn't return")).To(Succeed(), "the error of Run")
}

// client is a connection to a loop. What it does ends with ctx.
type client struct{ *net.UnixConn }

func (s *subject) dial(ctx context.Context) client {
	GinkgoHelper()
	conn, err := net.Dial("unix", s.path)
	Expect(err).NotTo(HaveOccurred(), "a client can't connect")
	return s.client(ctx, conn)
}

func (s *subject) client(ctx context.Context, conn net.Conn) client {
	DeferCleanup(func() { conn.Close() })
	context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	return client{conn.(*net.UnixConn)}
}

// dialAs connects a client and has the loop's accept get this number, which must be
// free. It returns when the client has been served or refused, and whether that could
// be done at all. Somebody who reads /proc may have got in between: look at served.
func (s *subject) dialAs(ctx context.Context, number int) (c client, isServed, could bool) {
	GinkgoHelper()
	null, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	Expect(err).NotTo(HaveOccurred())
	// The client's own socket may not have the number either. Once that is there, and
	// not yet connected, the number is free and no lower one is.
	place, failed := unix.FcntlInt(uintptr(null), unix.F_DUPFD_CLOEXEC, number)
	unix.Close(null)
	var release func()
	dialer := net.Dialer{Control: func(string, string, syscall.RawConn) error {
		release, could = occupy(number)
		if failed == nil {
			unix.Close(place)
		}
		return nil
	}}
	conn, err := dialer.Dial("unix", s.path)
	Expect(err).NotTo(HaveOccurred(), "a client can't connect")
	defer release()
	c = s.client(ctx, conn)
	back, err := ask(c, "x")
	if err != nil {
		Expect(back).To(BeEmpty(), "what a client gets that is refused")
		return c, false, could
	}
	Expect(back).To(Equal("x"), "what a new client gets that has sent x")
	return c, true, could
}

// ask sends text and returns what comes back of it.
func ask(conn net.Conn, text string) (string, error) {
	if _, err := io.WriteString(conn, text); err != nil {
		return "", fmt.Errorf("send %q: %w", text, err)
	}
	return hear(conn, text)
}

func hear(conn net.Conn, text string) (string, error) {
	back := make([]byte, len(text))
	n, err := io.ReadFull(conn, back)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errors.New("nothing")
	}
	if err != nil {
		err = fmt.Errorf("sent %q and got %q back, then %w", text, back[:n], err)
	}
	return string(back[:n]), err
}

// turns has a client that is served sent to and fro, so often that the loop has looked
// at least once for what was there before, and done what there was to do about it.
func (c client) turns() {
	GinkgoHelper()
	for range 4 {
		Expect(ask(c, "turn")).To(Equal("turn"))
	}
}

// pattern is what clients send in bulk, again and again.
func pattern(i int) byte { return byte(i % 251) }

// bulk sends up to so many bytes, as far as there is room for them, and returns how
// many that were. Sent is how many have been sent before.
func (c client) bulk(sent, size int) (now int) {
	GinkgoHelper()
	text := make([]byte, size)
	for i := range text {
		text[i] = pattern(sent + i)
	}
	Expect(c.control(func(fd int) error {
		for now < size {
			n, err := unix.Write(fd, text[now:min(size, now+4<<10)])
			if err == unix.EAGAIN {
				return nil
			}
			if err != nil {
				return err
			}
			now += n
		}
		return nil
	})).To(Succeed())
	return now
}

// stuff has a client send until nothing more is taken, with turns of another one in
// between. To a loop that takes all, it is another spec's business to say so.
func (s *subject) stuff(c, other client) {
	GinkgoHelper()
	for sent := 0; s.kept(c, sent) <= most; {
		now := c.bulk(sent, 1<<20)
		if now == 0 {
			return
		}
		sent += now
		other.turns()
	}
}

// rest has a client send little by little until the loop keeps something for it, or
// nothing more is taken, and returns how many bytes that were.
func (s *subject) rest(c, other client) (sent int) {
	GinkgoHelper()
	for {
		now := c.bulk(sent, 1<<10)
		sent += now
		other.turns()
		if now == 0 || s.kept(c, sent) > 0 {
			return sent
		}
	}
}

// gets reads to the end and expects so many bytes of bulk, of which it has got some.
func (c client) gets(got, sent int) {
	GinkgoHelper()
	back, err := io.ReadAll(c)
	Expect(err).NotTo(HaveOccurred(), "after %d of %d bytes", got+len(back), sent)
	Expect(got+len(back)).To(Equal(sent), "bytes that come back")
	same(got, back)
}

// part reads some bytes of bulk, and returns how many.
func (c client) part(got int) int {
	GinkgoHelper()
	back := make([]byte, 16<<10)
	n, err := c.Read(back)
	Expect(err).NotTo(HaveOccurred(), "after %d bytes", got)
	same(got, back[:n])
	return n
}

// same expects back to be bulk, from this byte on.
func same(from int, back []byte) {
	GinkgoHelper()
	for i, b := range back {
		if b != pattern(from+i) {
			Fail(fmt.Sprintf("byte %d of those that come back is another", from+i))
		}
	}
}

// kept is how many of the bytes that a client has sent the loop has read and not
// written. Others have nothing under way.
func (s *subject) kept(c client, sent int) int {
	GinkgoHelper()
	// The loop may be at work: in this order, it is at most too few.
	for _, fd := range served(s.path) {
		sent -= waiting(fd)
	}
	Expect(c.control(func(fd int) error { sent -= waiting(fd); return nil })).To(Succeed())
	return sent
}

// control does something with the descriptor.
func (c client) control(do func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = do(int(fd)) }); err != nil {
		return err
	}
	return failed
}

// waiting is how many bytes have come and not been read, on a descriptor.
func waiting(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.SIOCINQ)
	if err != nil {
		return 0
	}
	return n
}

// interrupt sends a signal to a thread that sleeps.
func interrupt(ctx context.Context, thread int) {
	GinkgoHelper()
	spec.Quiet(ctx)
	Eventually(ctx, func() string { return spec.State(thread) }).Should(Equal("S"), "the state of the thread that waits")
	// What the runtime sends to its own threads too, and nobody minds.
	Expect(unix.Tgkill(unix.Getpid(), thread, unix.SIGURG)).To(Succeed())
}

// served returns the descriptors of the connections that were accepted at a path.
func served(path string) (fds []int) {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		fd, _ := strconv.Atoi(entry.Name())
		name, err := unix.Getsockname(fd)
		if near, unix1 := name.(*unix.SockaddrUnix); err != nil || !unix1 || near.Name != path {
			continue
		}
		if listens, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err == nil && listens == 0 {
			fds = append(fds, fd)
		}
	}
	return fds
}

// left expects that so many connections are open after some turns. A loop that does
// little in each of them may need several.
func (s *subject) left(other client, want int, whose string) {
	GinkgoHelper()
	const most = 50
	for range most {
		if other.turns(); len(served(s.path)) == want {
			return
		}
	}
	Expect(served(s.path)).To(HaveLen(want), "connections that are open, %s", whose)
}

// workers counts the goroutines that the answer is in, or has started.
func workers() (count int) {
	all := make([]byte, 1<<20)
	all = all[:runtime.Stack(all, true)]
	for goroutine := range strings.SplitSeq(string(all), "\n\n") {
		if strings.Contains(goroutine, "/katas/net/selectloop.") {
			count++
		}
	}
	return count
}
