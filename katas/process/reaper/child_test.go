//go:build linux

package reaper_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"unsafe"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/reaper"
)

// tether holds the children that are started with it.
type tether struct{ spec.Tether }

func tie() tether {
	GinkgoHelper()
	return tether{spec.Tie()}
}

// lives is the script of a child that ends with status when it reads the end of its input.
func lives(status int) string { return fmt.Sprintf("read line; exit %d", status) }

// fork starts a shell that nobody but the reaper waits for: syscall.ForkExec
// forgets a child once it runs.
func (t tether) fork(script string) (pid int, err error) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		return 0, err
	}
	return t.run(shell, script, nil)
}

// run starts the shell that is found at path.
func (t tether) run(path, script string, attributes *syscall.SysProcAttr) (pid int, err error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	return syscall.ForkExec(path, []string{"sh", "-c", script}, &syscall.ProcAttr{
		Env:   os.Environ(),
		Files: []uintptr{t.Read.Fd(), null.Fd(), null.Fd()},
		Sys:   attributes,
	})
}

// start is fork for the spec's own goroutine.
func (t tether) start(script string) int {
	GinkgoHelper()
	pid, err := t.fork(script)
	Expect(err).NotTo(HaveOccurred())
	return pid
}

// stranger is start for a child in a session of its own, whose name looks like
// the fields that follow it in proc(5).
func (t tether) stranger(script string) int {
	GinkgoHelper()
	shell, err := exec.LookPath("sh")
	Expect(err).NotTo(HaveOccurred())
	path := filepath.Join(spec.Folder(), "a) R 1 (b")
	Expect(os.Symlink(shell, path)).To(Succeed())
	pid, err := t.run(path, script, &syscall.SysProcAttr{Setsid: true})
	Expect(err).NotTo(HaveOccurred())
	return pid
}

// command is a child for an owner that waits for it by itself, with os/exec.
func (t tether) command(script string) *exec.Cmd {
	command := exec.Command("sh", "-c", script)
	command.Stdin = t.Read
	return command
}

// begin starts a command the way Claim wants it.
func begin(command *exec.Cmd) func() (int, error) {
	return func() (int, error) {
		if err := command.Start(); err != nil {
			return 0, err
		}
		return command.Process.Pid, nil
	}
}

// status waits for a command as its owner does, and returns its exit status.
func status(command *exec.Cmd) (int, error) {
	err := command.Wait()
	if command.ProcessState == nil {
		return 0, err
	}
	return command.ProcessState.ExitCode(), nil
}

// exited and killed are the exits that the specs expect (wait(2) has the bits).
func exited(pid, status int) reaper.Exit {
	return reaper.Exit{PID: pid, Status: syscall.WaitStatus(status << 8)}
}

func killed(pid int, by syscall.Signal) reaper.Exit {
	return reaper.Exit{PID: pid, Status: syscall.WaitStatus(by)}
}

// listen listens to SIGCHLD beside the reaper. What has arrived here has been
// sent to the reaper too.
func listen() chan os.Signal {
	heard := make(chan os.Signal, 16)
	signal.Notify(heard, unix.SIGCHLD)
	DeferCleanup(signal.Stop, heard)
	return heard
}

// subreaper reports whether the kernel gives this process the orphans below it.
func subreaper() bool {
	GinkgoHelper()
	var set int32
	_, _, errno := unix.Syscall(unix.SYS_PRCTL, unix.PR_GET_CHILD_SUBREAPER, uintptr(unsafe.Pointer(&set)), 0)
	Expect(errno).To(BeZero())
	return set == 1
}
