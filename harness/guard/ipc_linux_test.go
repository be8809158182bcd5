package guard_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/guard"
	"github.com/concurrency-dojo/dojo/harness/report"
)

func TestLeaksOnDisk(t *testing.T) {
	for _, c := range []leakCase{
		{"the file of a socket, which closing it leaves", report.LeakSocket, "/s", 1, true, func(p place) func() {
			// Relative, because a socket's path may have no more than 108 bytes.
			folder, err := os.Getwd()
			p.must(err)
			p.must(os.Chdir(p.temp))
			defer os.Chdir(folder)
			fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			p.must(err)
			p.must(unix.Bind(fd, &unix.SockaddrUnix{Name: "s"}))
			p.must(unix.Close(fd))
			return func() { os.Remove(filepath.Join(p.temp, "s")) }
		}},
		{"a FIFO", report.LeakSocket, "/fifo", 1, true, func(p place) func() {
			name := filepath.Join(p.temp, "fifo")
			p.must(unix.Mkfifo(name, 0o600))
			return func() { os.Remove(name) }
		}},
		{"shared memory with this process's number in its name", report.LeakFile, "/dev/shm/dojo-test-" + strconv.Itoa(os.Getpid()), 1, true, func(p place) func() {
			name := "/dev/shm/dojo-test-" + strconv.Itoa(os.Getpid())
			if err := os.WriteFile(name, nil, 0o600); err != nil {
				p.Skipf("no shared memory here: %v", err)
			}
			return func() { os.Remove(name) }
		}},
		{"a message queue, which no program calls a file", report.LeakIPC, "POSIX message queue /dojo-test-" + strconv.Itoa(os.Getpid()), 1, true, func(p place) func() {
			name := "/dev/mqueue/dojo-test-" + strconv.Itoa(os.Getpid())
			file, err := os.Create(name)
			if err != nil {
				p.Skipf("no message queues here: %v", err)
			}
			p.must(file.Close())
			return func() { os.Remove(name) }
		}},
		{"shared memory of System V", report.LeakIPC, "System V shared memory ", 1, true, func(p place) func() {
			id, err := unix.SysvShmGet(unix.IPC_PRIVATE, 4096, unix.IPC_CREAT|0o600)
			if err != nil {
				p.Skipf("no System V shared memory here: %v", err)
			}
			if _, err := os.Stat("/proc/sysvipc/shm"); err != nil {
				unix.SysvShmCtl(id, unix.IPC_RMID, nil)
				p.Skip("this kernel doesn't list System V shared memory")
			}
			return func() { unix.SysvShmCtl(id, unix.IPC_RMID, nil) }
		}},
	} {
		t.Run(c.why, c.check)
	}
}

// strange is a file of shared memory whose name has no number of ours.
func strange(p place) (name string) {
	p.Helper()
	name = "/dev/shm/dojo-test-of-somebody-else-1" + strconv.Itoa(os.Getpid())
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		p.Skipf("no shared memory here: %v", err)
	}
	p.Cleanup(func() { os.Remove(name) })
	return name
}

// Where other processes share /dev/shm, what can't be told to be this spec's is
// not charged to it.
func TestSharedMemoryOfOthersIsNoLeak(t *testing.T) {
	honestCase{"no number of ours in its name", func(p place) { strange(p) }}.check(t)
}

// In a sandbox nobody shares it, so whatever lies there is the spec's.
func TestPrivateSharedMemory(t *testing.T) {
	p := place{t, t.TempDir(), t.TempDir()}
	g := guard.New(guard.Options{Temp: p.temp, PrivateIPC: true})
	g.Begin()
	name := strange(p)
	_, leaks, dirty := g.End()
	// Here, others may share it after all, and leave things of their own.
	if !dirty || !slices.ContainsFunc(leaks, func(leak report.Leak) bool { return leak.Kind == report.LeakFile && leak.What == name }) {
		t.Errorf("%+v, dirty %v, want %s", leaks, dirty, name)
	}
}
