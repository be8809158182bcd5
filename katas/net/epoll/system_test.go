//go:build linux

package epoll_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/epoll"
)

// member is a descriptor that is registered with epoll, and the events asked for.
type member struct {
	fd     int
	events uint64
}

// instances returns the epoll instances of this process and who is registered in them
// (proc_pid_fdinfo(5)).
func instances() map[int][]member {
	all := map[int][]member{}
	for fd, target := range open() {
		if target != "anon_inode:[eventpoll]" {
			continue
		}
		all[fd] = nil
		for _, text := range information(fd) {
			if fields := strings.Fields(text); len(fields) > 3 && fields[0] == "tfd:" {
				number, _ := strconv.Atoi(fields[1])
				events, _ := strconv.ParseUint(fields[3], 16, 64)
				all[fd] = append(all[fd], member{number, events})
			}
		}
	}
	return all
}

// open returns what the descriptors of this process refer to.
func open() map[int]string {
	all := map[int]string{}
	links, _ := filepath.Glob("/proc/self/fd/*")
	for _, link := range links {
		fd, bad := strconv.Atoi(filepath.Base(link))
		if target, err := os.Readlink(link); err == nil && bad == nil {
			all[fd] = target
		}
	}
	return all
}

func information(fd int) []string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", fd))
	return strings.Split(string(text), "\n")
}

// flags are those of a descriptor, if it is still there: of open(2), and close-on-exec.
func flags(fd int) (all int64, there bool) {
	for _, text := range information(fd) {
		if fields := strings.Fields(text); len(fields) == 2 && fields[0] == "flags:" {
			all, _ = strconv.ParseInt(fields[1], 8, 64)
			return all, true
		}
	}
	return 0, false
}

// epolls are the numbers of the server's epoll instances.
func (h *host) epolls() (found []int) {
	for fd := range instances() {
		if !h.runtime[fd] {
			found = append(found, fd)
		}
	}
	return found
}

// registered are the clients that the server has registered with epoll.
func (h *host) registered() (found []member) {
	links, all := open(), instances()
	for _, fd := range h.epolls() {
		for _, m := range all[fd] {
			if strings.HasPrefix(links[m.fd], "socket:") && m.fd != h.fd {
				found = append(found, m)
			}
		}
	}
	return found
}

// answer is how the names of the answer's functions begin.
var answer = reflect.TypeFor[epoll.Server]().PkgPath() + "."

// goroutines counts those of the answer: in one of its functions, or started by one.
func goroutines() (count int) {
	text := make([]byte, 1<<20)
	text = text[:runtime.Stack(text, true)]
	for one := range bytes.SplitSeq(text, []byte("\n\n")) {
		for frame := range bytes.Lines(one) {
			name, _ := bytes.CutPrefix(frame, []byte("created by "))
			if bytes.HasPrefix(name, []byte(answer)) {
				count++
				break
			}
		}
	}
	return count
}

// goroutine is the number of the caller's.
func goroutine() string {
	text := make([]byte, 64)
	return strings.Fields(string(text[:runtime.Stack(text, false)]))[1]
}

// threads returns the ids of this process's threads, and of those but the caller's how
// many run or could run.
func threads() (all []int, runnable int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	tasks, _ := filepath.Glob("/proc/self/task/*")
	for _, task := range tasks {
		id, _ := strconv.Atoi(filepath.Base(task))
		text, _ := os.ReadFile(task + "/stat")
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if len(fields) > 0 && fields[0] == "R" && id != unix.Gettid() {
			runnable++
		}
		all = append(all, id)
	}
	return all, runnable
}

// rest waits until everything is blocked, also threads that have been woken in a system
// call and had no turn yet: of those, the runtime knows nothing.
func rest(ctx context.Context) {
	GinkgoHelper()
	const patience = 50
	for looks := 1; ; looks++ {
		spec.Quiet(ctx)
		if _, runnable := threads(); runnable == 0 {
			break
		}
		if looks%patience == 0 {
			// Who is for ever in and out of system calls looks blocked now and then.
			spec.Idle(ctx)
		}
	}
	spec.Quiet(ctx)
}

// looks is how often the specs ask whether everything is blocked where a single answer
// might come between two moves: what is under way in the system is nobody's to see.
const looks = 4

// flood is more than server and system keep for a client together: in both directions
// what a connection holds, and what the server has read and not sent.
func flood() string {
	GinkgoHelper()
	return lines("", (3*capacity()+1<<20)/1000, 1000)
}

// push sends a text from a goroutine of its own, and returns when all is sent or when
// nothing moves any more; the channel tells how it ends.
func (c *client) push(ctx context.Context, text string) <-chan error {
	GinkgoHelper()
	const step = 16 << 10
	var sent atomic.Int64
	over := spec.Go(func() error {
		for chunk := range slices.Chunk([]byte(text), step) {
			if _, err := c.Write(chunk); err != nil {
				return err
			}
			sent.Add(int64(len(chunk)))
		}
		return nil
	})
	for still, last := 0, int64(-1); still < looks; still++ {
		rest(ctx)
		if now := sent.Load(); now != last {
			still, last = 0, now
		}
	}
	return over
}

// offer writes what the socket takes at once, and waits for nothing.
func (c *client) offer(text string) (sent int) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0
	}
	raw.Control(func(fd uintptr) {
		for sent < len(text) {
			n, err := unix.Write(int(fd), []byte(text[sent:min(len(text), sent+16<<10)]))
			if err != nil && err != unix.EINTR {
				return
			}
			sent += max(n, 0)
		}
	})
	return sent
}

// fill sends a text until nothing moves any more, and returns how much that was.
func (c *client) fill(ctx context.Context, text string) (sent int) {
	GinkgoHelper()
	for still := 0; still < looks; still++ {
		if n := c.offer(text[sent:]); n > 0 {
			still, sent = 0, sent+n
		}
		rest(ctx)
	}
	return sent
}

// arrived is how many bytes have come that were not read.
func (c *client) arrived() (bytes int) {
	GinkgoHelper()
	raw, err := c.SyscallConn()
	Expect(err).NotTo(HaveOccurred())
	raw.Control(func(fd uintptr) { bytes, err = unix.IoctlGetInt(int(fd), unix.SIOCINQ) })
	Expect(err).NotTo(HaveOccurred())
	return bytes
}

// brims sends lines to others until one of them, which doesn't read, has got all that
// its connection holds, and something is pending for it. It returns the lines. The other
// is far from slow.
func (c *client) brims(ctx context.Context, other *client) (sent string) {
	GinkgoHelper()
	for i := 0; ; i++ {
		text := lines(fmt.Sprintf("*%d.", i), 8, 1000)
		c.says(text)
		c.asks("and on\n")
		sent += text
		if other.arrived() < len(sent) {
			rest(ctx)
		}
		if other.arrived() < len(sent) {
			return sent
		}
	}
}

// fills sends lines to others, as brims does, and more of them, until as many bytes are
// pending for the other as may be pending for one that is not slow. It returns the lines.
func (c *client) fills(ctx context.Context, other *client) (sent string) {
	GinkgoHelper()
	const least = 1000
	sent = c.brims(ctx, other)
	for i := 0; ; i++ {
		// What is pending is what was routed and has not arrived.
		rest(ctx)
		room := epoll.MaxPending - 1 - (len(sent) - other.arrived())
		if room == 0 {
			return sent
		}
		Expect(room).To(BeNumerically(">=", least), c.host.in("bytes that may still become pending for a client that has got nothing more"))
		var text strings.Builder
		for ; room >= 2*least; room -= least {
			text.WriteString(line(fmt.Sprintf("*more%d.", i), text.Len(), least))
		}
		text.WriteString(line(fmt.Sprintf("*more%d.", i), text.Len(), room))
		c.says(text.String())
		c.asks("and on\n")
		sent += text.String()
	}
}

// capacity is how many bytes a local connection holds at most that nobody reads.
func capacity() (bytes int) {
	GinkgoHelper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	Expect(err).NotTo(HaveOccurred())
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	for chunk := make([]byte, 64<<10); ; {
		n, err := unix.Write(pair[0], chunk)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return bytes
		}
		bytes += n
	}
}

// hold is a place in route at which the server's goroutine waits for the spec.
type hold struct {
	inside, release chan struct{}
}

func newHold() hold { return hold{inside: make(chan struct{}), release: make(chan struct{})} }

// wait is for route.
func (h hold) wait(ctx context.Context) {
	close(h.inside)
	select {
	case <-h.release:
	case <-ctx.Done():
	}
}
