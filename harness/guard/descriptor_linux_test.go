package guard_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/guard"
	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/report"
)

func TestDescriptorLeaks(t *testing.T) {
	for _, c := range []leakCase{
		{"both ends of a pipe", report.LeakDescriptor, "one end of a pipe (pipe:[", 2, true, func(p place) func() {
			return closing(p.pipe(0))
		}},
		{"of each end, which one it is and where the other one is", report.LeakDescriptor, " one is descriptor ", 2, true, func(p place) func() {
			return closing(p.pipe(0))
		}},
		{"a pipe of which one end was closed", report.LeakDescriptor, ", the reading one; the writing one is nobody's here", 1, true, func(p place) func() {
			ends := p.pipe(0)
			p.must(unix.Close(ends[1]))
			return closing(ends[:1])
		}},
		{"a large pipe that waits: package net keeps none such", report.LeakDescriptor, "one end of a pipe (pipe:[", 2, true, func(p place) func() {
			return closing(p.largePipe(0))
		}},
		{"a large pipe of which one end was closed", report.LeakDescriptor, "one end of a pipe (pipe:[", 1, true, func(p place) func() {
			ends := p.largePipe(unix.O_NONBLOCK)
			p.must(unix.Close(ends[1]))
			return closing(ends[:1])
		}},
		{"a large pipe of package os, which never waits in the kernel either", report.LeakDescriptor, "one end of a pipe (pipe:[", 2, true, func(p place) func() {
			read, write, err := os.Pipe()
			p.must(err)
			raw, err := read.SyscallConn()
			p.must(err)
			p.must(raw.Control(func(fd uintptr) { p.enlarge(int(fd)) }))
			return func() { read.Close(); write.Close() }
		}},
		{"a file, by its path", report.LeakDescriptor, "/log.txt", 1, true, func(p place) func() {
			return closing([]int{p.file("log.txt")})
		}},
		{"a file that was removed is open all the same", report.LeakDescriptor, "/gone.txt (deleted)", 1, true, func(p place) func() {
			fd := p.file("gone.txt")
			p.must(os.Remove(filepath.Join(p.away, "gone.txt")))
			return closing([]int{fd})
		}},
		{"an epoll instance", report.LeakDescriptor, "an epoll instance (", 1, true, func(p place) func() {
			fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
			p.must(err)
			return closing([]int{fd})
		}},
		{"an eventfd", report.LeakDescriptor, "an eventfd (", 1, true, func(p place) func() {
			fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
			p.must(err)
			return closing([]int{fd})
		}},
		{"a memory file", report.LeakDescriptor, "a memory file (/memfd:shared", 1, true, func(p place) func() {
			fd, err := unix.MemfdCreate("shared", unix.MFD_CLOEXEC)
			p.must(err)
			return closing([]int{fd})
		}},
		{"a handle of a process", report.LeakDescriptor, ", process " + strconv.Itoa(os.Getpid()), 1, true, func(p place) func() {
			fd, err := unix.PidfdOpen(os.Getpid(), 0)
			p.must(err)
			return closing([]int{fd})
		}},
	} {
		t.Run(c.why, c.check)
	}
}

func TestSocketLeaks(t *testing.T) {
	socket := func(p place, family, kind int) int {
		p.Helper()
		fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
		p.must(err)
		return fd
	}
	local := &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	listen := func(p place) (listener int, at unix.Sockaddr) {
		p.Helper()
		listener = socket(p, unix.AF_INET, unix.SOCK_STREAM)
		p.must(unix.Bind(listener, local))
		p.must(unix.Listen(listener, 1))
		at, err := unix.Getsockname(listener)
		p.must(err)
		return listener, at
	}
	for _, c := range []leakCase{
		{"one that was never used", report.LeakDescriptor, "a socket (socket:[", 1, true, func(p place) func() {
			return closing([]int{socket(p, unix.AF_INET, unix.SOCK_STREAM)})
		}},
		{"one that listens", report.LeakDescriptor, ", listening at 127.0.0.1:", 1, true, func(p place) func() {
			listener, _ := listen(p)
			return closing([]int{listener})
		}},
		{"a connection", report.LeakDescriptor, " connected to 127.0.0.1:", 1, true, func(p place) func() {
			listener, at := listen(p)
			fd := socket(p, unix.AF_INET, unix.SOCK_STREAM)
			p.must(unix.Connect(fd, at))
			return closing([]int{fd, listener})
		}},
		{"one that takes datagrams", report.LeakDescriptor, ", bound to 127.0.0.1:", 1, true, func(p place) func() {
			fd := socket(p, unix.AF_INET, unix.SOCK_DGRAM)
			p.must(unix.Bind(fd, local))
			return closing([]int{fd})
		}},
		{"a pair", report.LeakDescriptor, ", an unnamed one connected to an unnamed one", 2, true, func(p place) func() {
			ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			p.must(err)
			return closing(ends[:])
		}},
		{"one with a name that is no file", report.LeakDescriptor, ", listening at @dojo-test-", 1, true, func(p place) func() {
			fd := socket(p, unix.AF_UNIX, unix.SOCK_STREAM)
			p.must(unix.Bind(fd, &unix.SockaddrUnix{Name: "@dojo-test-" + strconv.Itoa(os.Getpid())}))
			p.must(unix.Listen(fd, 1))
			return closing([]int{fd})
		}},
	} {
		t.Run(c.why, c.check)
	}
}

// closing returns what closes descriptors after the guard has seen them.
func closing(fds []int) func() {
	return func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}
}

func (p place) pipe(flags int) []int {
	p.Helper()
	ends := make([]int, 2)
	p.must(unix.Pipe2(ends, unix.O_CLOEXEC|flags))
	return ends
}

// largePipe is as large as those that package net keeps.
func (p place) largePipe(flags int) []int {
	p.Helper()
	ends := p.pipe(flags)
	p.enlarge(ends[0])
	return ends
}

func (p place) enlarge(pipe int) {
	p.Helper()
	if _, err := unix.FcntlInt(uintptr(pipe), unix.F_SETPIPE_SZ, 1<<20); err != nil {
		p.Skipf("pipes can't be that large here: %v", err)
	}
}

// An end that a child has kept is found with the child.
func TestPipeToAChild(t *testing.T) {
	p := place{t, t.TempDir(), t.TempDir()}
	g := guard.New(guard.Options{Temp: p.temp})
	g.Begin()
	ends := p.pipe(0)
	sleep, err := exec.LookPath("sleep")
	p.must(err)
	pid, err := syscall.ForkExec(sleep, []string{"sleep", "1000"}, &syscall.ProcAttr{
		Files: []uintptr{uintptr(ends[0]), uintptr(ends[0]), uintptr(ends[0])},
	})
	p.must(err)
	p.must(unix.Close(ends[0]))
	defer unix.Close(ends[1])
	_, leaks, _ := g.End()
	want := ", the writing one; the reading one is descriptor 0 of process " + strconv.Itoa(pid) + " and descriptor 1 of "
	if !slices.ContainsFunc(leaks, func(leak report.Leak) bool { return strings.Contains(leak.What, want) }) {
		t.Errorf("%+v, want %q", leaks, want)
	}
}

// file opens a file out of the guard's sight and returns its descriptor.
func (p place) file(name string) int {
	p.Helper()
	fd, err := unix.Open(filepath.Join(p.away, name), unix.O_CREAT|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	p.must(err)
	p.must(unix.Ftruncate(fd, 4096))
	return fd
}

func TestNumberThatNowMeansSomethingElse(t *testing.T) {
	p := place{t, t.TempDir(), t.TempDir()}
	number := p.file("first.txt")
	g := guard.New(guard.Options{Temp: p.temp})
	g.Begin()
	second := p.file("second.txt")
	p.must(unix.Dup3(second, number, unix.O_CLOEXEC))
	p.must(unix.Close(second))
	_, leaks, dirty := g.End()
	p.must(unix.Close(number))
	want := "descriptor " + strconv.Itoa(number) + ": " + filepath.Join(p.away, "second.txt")
	if len(leaks) != 1 || leaks[0].Kind != report.LeakDescriptor || leaks[0].What != want || !dirty {
		t.Errorf("%+v, dirty %v, want %s", leaks, dirty, want)
	}
}

// If the guard closed the number of a file that the answer still has an os.File
// for, that would close it again when it is collected.
func TestForgottenFileIsNotClosedTwice(t *testing.T) {
	p := place{t, t.TempDir(), t.TempDir()}
	name := filepath.Join(p.away, "forgotten.txt")
	g := guard.New(guard.Options{Temp: p.temp})
	g.Begin()
	forget := forgottenFile(p, name)
	g.End()
	// The next spec opens files of its own, and one gets the number.
	fds := []int{p.file("a"), p.file("b"), p.file("c"), p.file("d")}
	forget()
	for range 20 {
		runtime.GC()
		runtime.Gosched()
		pulse.Nap(pulse.Interval / 10)
	}
	for _, fd := range fds {
		if err := unix.Close(fd); err != nil {
			t.Errorf("descriptor %d was closed behind the spec's back: %v", fd, err)
		}
	}
}

// forgottenFile opens a file that is not collected before forget is called.
func forgottenFile(p place, name string) (forget func()) {
	file, err := os.Create(name)
	p.must(err)
	return func() { runtime.KeepAlive(file) }
}
