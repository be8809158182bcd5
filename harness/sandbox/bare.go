package sandbox

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// running are the processes that this one has started and still waits for. A
// child of ours that is not among them is an orphan that a program left.
var running = struct {
	sync.Mutex
	pids map[int]bool
}{pids: map[int]bool{}}

// start starts a command so that sweep knows it for ours.
func start(command *exec.Cmd) error {
	running.Lock()
	defer running.Unlock()
	if err := command.Start(); err != nil {
		return err
	}
	running.pids[command.Process.Pid] = true
	return nil
}

// wait waits for a command that start has started. How it ended is in its
// ProcessState.
func wait(command *exec.Cmd) {
	command.Wait()
	running.Lock()
	defer running.Unlock()
	delete(running.pids, command.Process.Pid)
}

// bare runs a program without walls, in a session of its own: out of reach of
// the terminal's signals, and to be ended as a group.
func (s *Sandbox) bare(ctx context.Context, c Command) (Ended, error) {
	adoptOrphans()
	command := exec.CommandContext(ctx, c.Path, c.Arguments...)
	command.Dir, command.Env = c.Places.Work, c.Environment
	command.Stdout, command.Stderr, command.ExtraFiles = c.Stdout, c.Stderr, c.Files
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = time.Second
	if err := s.Rung.prepare(c.Places); err != nil {
		return Ended{}, err
	}
	if err := start(command); err != nil {
		return Ended{}, err
	}
	wait(command)
	sweep()
	state := command.ProcessState
	ended := Ended{Code: state.ExitCode(), CPU: state.UserTime() + state.SystemTime()}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		ended.Signal = signalName(status.Signal())
	}
	return ended, context.Cause(ctx)
}

// prepare makes the places of a program that are on the host.
func (r Rung) prepare(places Places) error {
	for _, folder := range []string{places.Work, places.Temp, places.Log} {
		if folder == "" || r.namespaced() {
			continue
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	return nil
}
