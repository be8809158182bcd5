package run

import (
	"os/exec"
	"sync"
)

// running are the processes that this one has started and still waits for. A
// child of ours that is not among them is an orphan that a submission left.
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

// finish takes a command from its start to its end.
func finish(command *exec.Cmd) error {
	if err := start(command); err != nil {
		return err
	}
	return wait(command)
}

// wait waits for a command that start has started.
func wait(command *exec.Cmd) error {
	err := command.Wait()
	running.Lock()
	defer running.Unlock()
	delete(running.pids, command.Process.Pid)
	return err
}
