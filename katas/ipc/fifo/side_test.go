//go:build linux

package fifo_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

// name returns a path at which there is nothing.
func name() string {
	GinkgoHelper()
	return filepath.Join(spec.Folder(), "fifo")
}

// makeFIFO returns the path of a FIFO that nobody has open.
func makeFIFO() string {
	GinkgoHelper()
	path := name()
	Expect(unix.Mkfifo(path, 0o600)).To(Succeed())
	return path
}

// foreignWriter opens a FIFO for writing without the answer's help.
func foreignWriter(path string) *os.File {
	GinkgoHelper()
	file, err := os.OpenFile(path, os.O_WRONLY|unix.O_NONBLOCK, 0)
	Expect(err).NotTo(HaveOccurred(), "a writer can't open the FIFO: nobody has it open for reading")
	DeferCleanup(func() { file.Close() })
	return file
}

func write(file *os.File, text string) {
	GinkgoHelper()
	_, err := file.WriteString(text)
	Expect(err).NotTo(HaveOccurred())
}

// foreignReader has a FIFO open for reading without the answer's help.
type foreignReader struct{ fd int }

func openReader(path string) *foreignReader {
	GinkgoHelper()
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	Expect(err).NotTo(HaveOccurred())
	r := &foreignReader{fd}
	DeferCleanup(r.leave)
	return r
}

// leave closes the descriptor, once.
func (r *foreignReader) leave() {
	if r.fd >= 0 {
		unix.Close(r.fd)
	}
	r.fd = -1
}

// unread returns how many bytes are in the FIFO.
func (r *foreignReader) unread() int {
	GinkgoHelper()
	count, err := unix.IoctlGetInt(r.fd, unix.TIOCINQ)
	Expect(err).NotTo(HaveOccurred())
	return count
}

// take returns all that is in the FIFO. It doesn't wait, and fails if there is
// nothing and no writer either.
func (r *foreignReader) take() string {
	GinkgoHelper()
	buffer := make([]byte, 1<<17)
	n, err := unix.Read(r.fd, buffer)
	Expect(err).NotTo(HaveOccurred())
	Expect(n).NotTo(BeZero(), "the FIFO has no writer")
	return string(buffer[:n])
}

// shrink makes the FIFO as small as can be, and returns how many bytes it holds
// then, which is a page of the machine.
func (r *foreignReader) shrink() int {
	GinkgoHelper()
	size, err := unix.FcntlInt(uintptr(r.fd), unix.F_SETPIPE_SZ, 1)
	Expect(err).NotTo(HaveOccurred())
	return size
}

// held returns which descriptors of a process, by its name in /proc, are open on
// the FIFO.
func held(process, path string) (all []string) {
	GinkgoHelper()
	path, err := filepath.EvalSymlinks(path)
	Expect(err).NotTo(HaveOccurred())
	links, _ := filepath.Glob("/proc/" + process + "/fd/*")
	Expect(links).NotTo(BeEmpty(), "the process has ended")
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == path {
			all = append(all, "descriptor "+filepath.Base(link))
		}
	}
	return all
}

// program runs a command, which is killed if the spec is over before it, and returns
// a channel that tells how it ended.
func program(ctx context.Context, command *exec.Cmd) <-chan error {
	GinkgoHelper()
	over, kill := context.WithCancel(ctx)
	killable := exec.CommandContext(over, command.Args[0], command.Args[1:]...)
	killable.Stdin, killable.Stdout, killable.Stderr = command.Stdin, command.Stdout, GinkgoWriter
	Expect(killable.Start()).To(Succeed())
	ended, returned := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(returned)
		ended <- killable.Wait()
	}()
	DeferCleanup(func(ctx SpecContext) {
		kill()
		select {
		case <-returned:
		case <-ctx.Done():
		}
	})
	return ended
}

// shell is a shell whose $0 is the path.
func shell(script, path string) *exec.Cmd { return exec.Command("sh", "-c", script, path) }

// await waits until a program has ended, and wants it to have succeeded.
func await(ctx context.Context, ended <-chan error) {
	GinkgoHelper()
	failed := spec.Await(ctx, ended)
	Expect(failed).NotTo(HaveOccurred())
}

// pipeBuf is what fpathconf(3) says of PIPE_BUF, where there is a getconf to ask it,
// and otherwise what linux/limits.h says.
func pipeBuf(ctx context.Context, path string) int {
	GinkgoHelper()
	text, err := exec.CommandContext(ctx, "getconf", "PIPE_BUF", path).Output()
	if size, bad := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && bad == nil {
		return size
	}
	return 4096
}
