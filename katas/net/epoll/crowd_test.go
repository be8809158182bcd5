//go:build linux

package epoll_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

// The stretch: so many clients that do nothing, and so many that do.
const (
	many = 10_000
	busy = 100
	// spare is what a process has open besides.
	spare = 400
)

// idleMemory is what an idle client may cost.
const idleMemory = 16 << 10

// visitors are the clients of a local socket, in a process of their own, because each
// end of a connection needs a descriptor: the path, and how many do nothing. They say
// "here" when all are connected, wait for a byte, ask in turns, and hear a line that is
// for all. Then they say "served", and leave when their standard input ends.
var visitors = spec.Child("epoll/visitors", func(arguments []string) int {
	idle, _ := strconv.Atoi(arguments[1])
	fail := func(what string, err error) int {
		fmt.Fprintln(os.Stderr, what, err)
		return 1
	}
	if err := raise(many + busy + spare); err != nil {
		return fail("raise the limit:", err)
	}
	var all []int
	for len(all) < idle+busy {
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return fail("make a socket:", err)
		}
		for err = unix.EINTR; err == unix.EINTR; {
			err = unix.Connect(fd, &unix.SockaddrUnix{Name: arguments[0]})
		}
		if err != nil {
			return fail(fmt.Sprintf("connect client %d:", len(all)), err)
		}
		all = append(all, fd)
	}
	fmt.Println("here")
	os.Stdin.Read(make([]byte, 1))

	hear := func(fd int, text string) error {
		back := make([]byte, len(text))
		for n := 0; n < len(back); {
			more, err := unix.Read(fd, back[n:])
			switch {
			case err == unix.EINTR:
				continue
			case err != nil:
				return err
			case more == 0:
				return io.ErrUnexpectedEOF
			}
			n += more
		}
		if string(back) != text {
			return fmt.Errorf("%q instead of %q", back, text)
		}
		return nil
	}
	talkers := all[idle:]
	for turn := range 20 {
		for i, fd := range talkers {
			unix.Write(fd, fmt.Appendf(nil, "turn %2d of client %2d\n", turn, i))
		}
		for i, fd := range talkers {
			if err := hear(fd, fmt.Sprintf("turn %2d of client %2d\n", turn, i)); err != nil {
				return fail(fmt.Sprintf("busy client %d, turn %d, gets", i, turn), err)
			}
		}
	}
	unix.Write(talkers[0], []byte("*for all\n"))
	for i, fd := range all {
		if fd == talkers[0] {
			continue
		}
		if err := hear(fd, "*for all\n"); err != nil {
			return fail(fmt.Sprintf("client %d, which has done nothing, gets", i), err)
		}
	}
	fmt.Println("served")
	io.Copy(io.Discard, os.Stdin)
	return 0
})

// raise raises the soft limit on descriptors to the hard one, if that is at least so high.
func raise(wanted uint64) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if limit.Max < wanted {
		return fmt.Errorf("the hard limit on open files is %d, and %d are needed (ulimit -Hn)", limit.Max, wanted)
	}
	limit.Cur = limit.Max
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
}

var _ = Describe("An epoll server with thousands of clients", func() {
	It("holds 10,000 idle clients beside 100 busy ones", spec.Worth(2), func(ctx SpecContext) {
		idle := many
		if CurrentSpecReport().NumAttempts > 1 {
			// Once has shown that it holds them. What is done again is for what
			// happens in another order.
			idle /= 20
		}
		var before unix.Rlimit
		Expect(unix.Getrlimit(unix.RLIMIT_NOFILE, &before)).To(Succeed())
		DeferCleanup(unix.Setrlimit, unix.RLIMIT_NOFILE, &before)
		if err := raise(many + busy + spare); err != nil {
			Skip(err.Error())
		}

		for _, mode := range modes {
			h := serve("unix", mode, byMark)
			empty := heap()
			line := visitors.Command(h.address, strconv.Itoa(idle))
			child := exec.Command(line[0], line[1:]...)
			input, err := child.StdinPipe()
			Expect(err).NotTo(HaveOccurred())
			said, complaint := &tape{}, &tape{}
			child.Stdout, child.Stderr = said, complaint
			Expect(child.Start()).To(Succeed())
			ended := spec.Go(child.Wait)
			DeferCleanup(func() { child.Process.Kill() })
			says := func(text string) {
				GinkgoHelper()
				Eventually(ctx, func(g Gomega) {
					g.Expect(ended).NotTo(Receive(), complaint.text)
					g.Expect(said.text()).To(Equal(text), h.in("what the clients say"))
				}).Should(Succeed())
			}
			says("here\n")
			h.has(ctx, idle+busy)
			Expect(goroutines()).To(Equal(1), h.in("goroutines of the server"))
			Expect(heap()-empty).To(BeNumerically("<", (idle+busy)*idleMemory+1<<20), h.in("bytes of memory, for clients that do nothing"))
			io.WriteString(input, "go")
			says("here\nserved\n")
			Expect(h.Clients()).To(Equal(idle+busy), h.in("clients, when none has left"))
			input.Close()
			Expect(spec.Await(ctx, ended)).To(Succeed())
			h.has(ctx, 0)
			h.stop(ctx)
		}
	})
})

// heap is how much memory is in use, without what nobody refers to.
func heap() int {
	var now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&now)
	return int(now.HeapAlloc)
}

// tape keeps what a process says.
type tape struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (t *tape) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.said.Write(text)
}

func (t *tape) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.said.String()
}
