//go:build linux

package subprocess_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/subprocess"
)

// The ends that the specs expect.
var (
	killed     = subprocess.Exit{Code: 137, Signal: syscall.SIGKILL}
	terminated = subprocess.Exit{Code: 143, Signal: syscall.SIGTERM}
)

func exited(code int) subprocess.Exit { return subprocess.Exit{Code: code} }

// note is a file in which a script leaves pids for the spec.
type note struct{ path string }

func notepad() note {
	GinkgoHelper()
	return note{filepath.Join(spec.Folder(), "pids")}
}

// of is the part of a script that writes the pids. It takes no other program, which
// might be under way still when the script is killed, and be left to the spec.
func (n note) of(pids string) string { return fmt.Sprintf("echo %s > %s", pids, n.path) }

// read waits until the note is written to the end of its line.
func (n note) read(ctx context.Context) (pids []int) {
	GinkgoHelper()
	var text string
	Eventually(ctx, func() string {
		content, _ := os.ReadFile(n.path)
		text = string(content)
		return text
	}).Should(HaveSuffix("\n"), "the command has not come as far as it should")
	for _, field := range strings.Fields(text) {
		pid, err := strconv.Atoi(field)
		Expect(err).NotTo(HaveOccurred())
		pids = append(pids, pid)
	}
	return pids
}

// over waits until a process runs no more, be it a zombie or gone.
func over(ctx context.Context, pid int, promise string) {
	GinkgoHelper()
	Eventually(ctx, spec.State).WithArguments(pid).Should(BeElementOf("Z", "", "X"), promise)
}

// bury waits until a grandchild has ended, and for it: its parent has ended, so that
// it is the spec's own child, unless the answer has waited for it already.
func bury(ctx context.Context, pid int, promise string) {
	GinkgoHelper()
	over(ctx, pid, promise)
	Eventually(ctx, func() string {
		unix.Wait4(pid, nil, unix.WNOHANG, nil)
		return spec.State(pid)
	}).Should(BeEmpty())
}

// buryAll is bury for everybody who is left.
func buryAll(ctx context.Context) {
	GinkgoHelper()
	for _, left := range spec.Descendants() {
		bury(ctx, left.PID, "somebody lives on")
	}
}

// slay ends a grandchild that was right to live on.
func slay(ctx context.Context, pid int) {
	GinkgoHelper()
	Expect(unix.Kill(pid, unix.SIGKILL)).To(Succeed())
	bury(ctx, pid, "SIGKILL ends everybody")
}

// lives fails unless a process is there and waits, now that everything is at rest.
func lives(ctx context.Context, pid int, promise string) {
	GinkgoHelper()
	spec.Quiet(ctx)
	Expect(spec.State(pid)).To(Equal("S"), promise)
}

// pipes returns the descriptors of this process that are ends of pipes.
func pipes() (found []string) {
	links, _ := filepath.Glob("/proc/self/fd/*")
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, "pipe:") {
			found = append(found, filepath.Base(link)+" is "+target)
		}
	}
	return found
}

// links returns what descriptors of a process refer to, by its name in /proc.
func links(process string, fds ...uintptr) (found []string) {
	GinkgoHelper()
	for _, fd := range fds {
		target, err := os.Readlink(fmt.Sprintf("/proc/%s/fd/%d", process, fd))
		Expect(err).NotTo(HaveOccurred(), "process %s has no descriptor %d", process, fd)
		found = append(found, target)
	}
	return found
}

// childFaults counts the page faults of all children that were waited for. A child
// that lived, however shortly, has had some.
func childFaults() int64 {
	GinkgoHelper()
	var usage syscall.Rusage
	Expect(syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage)).To(Succeed())
	return usage.Minflt
}
