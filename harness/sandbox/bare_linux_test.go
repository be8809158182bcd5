package sandbox

import (
	"bufio"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/pulse"
)

// said starts a script that this package waits for, and returns the first word
// that it prints.
func said(t *testing.T, script string) (command *exec.Cmd, word string) {
	t.Helper()
	command = exec.Command("sh", "-c", script)
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := start(command); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return command, strings.TrimSpace(line)
}

// gone reports whether a process has ended and was waited for.
func gone(pid int) bool { return unix.Kill(pid, 0) == unix.ESRCH }

func TestSweep(t *testing.T) {
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip("there is no setsid here")
	}
	adoptOrphans()
	ours, _ := said(t, "echo up; exec sleep 1000")
	defer func() { unix.Kill(-ours.Process.Pid, unix.SIGKILL); wait(ours) }()

	for _, c := range []struct{ why, script string }{
		{"a daemon in a session of its own", `setsid sh -c 'echo $$; exec sleep 1000 >/dev/null' & wait $!`},
		{"one that ignores what can be ignored", `trap "" TERM HUP INT; setsid sh -c 'echo $$; exec sleep 1000 >/dev/null' & wait $!`},
		{"one with a child of its own, which is found in the next round", `setsid sh -c 'sleep 1000 >/dev/null & echo $!; wait' & wait $!`},
		{"a zombie that nobody waited for", `setsid sh -c 'echo $$' & exec sleep 1000 >/dev/null`},
	} {
		t.Run(c.why, func(t *testing.T) {
			parent, word := said(t, c.script)
			pid, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			// Its parent goes, and it comes to us. Its group stays.
			unix.Kill(parent.Process.Pid, unix.SIGKILL)
			wait(parent)
			sweep()
			if !gone(pid) {
				t.Errorf("process %d is still there", pid)
				unix.Kill(pid, unix.SIGKILL)
			}
			if left := pulse.Children(unix.Getpid()); len(left) != 1 || left[0] != ours.Process.Pid {
				t.Errorf("children after the sweep: %v, want %d alone", left, ours.Process.Pid)
			}
		})
	}
}

// Gradings run side by side: sweeping after one must not end another's process,
// nor take its exit status.
func TestSweepSparesWhatWeWaitFor(t *testing.T) {
	adoptOrphans()
	running, _ := said(t, "echo up; exec sleep 1000")
	ended, _ := said(t, "echo up; exit 7")
	sweep()
	if gone(running.Process.Pid) {
		t.Error("it was swept up")
	}
	if wait(ended); ended.ProcessState.ExitCode() != 7 {
		t.Errorf("its status was taken: %v", ended.ProcessState)
	}
	if err := unix.Kill(-running.Process.Pid, unix.SIGKILL); err != nil {
		t.Error(err)
	}
	wait(running)
	sweep()
	if left := pulse.Children(unix.Getpid()); len(left) != 0 {
		t.Errorf("children: %v", left)
	}
}

func TestKillGroupEndsTheWholeGroup(t *testing.T) {
	adoptOrphans()
	leader, word := said(t, "sleep 1000 >/dev/null & echo $!; wait")
	pid, err := strconv.Atoi(word)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(-leader.Process.Pid, unix.SIGKILL); err != nil {
		t.Error(err)
	}
	wait(leader)
	// The child is ours now, and ends of the same signal.
	if _, err := unix.Wait4(pid, nil, 0, nil); err != nil {
		t.Error(err)
	}
	if !gone(leader.Process.Pid) || !gone(pid) {
		t.Errorf("process %d or %d is still there", leader.Process.Pid, pid)
	}
}
