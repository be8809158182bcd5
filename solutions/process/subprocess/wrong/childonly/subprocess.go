//go:build linux

// Package subprocess lets exec.CommandContext kill the command, so grandchildren that
// hold its output keep Run waiting when the context has ended.
package subprocess

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// ErrNotStarted is returned for a Process that hasn't been started, and ErrStarted
// for one that has been.
var (
	ErrNotStarted = errors.New("subprocess: not started")
	ErrStarted    = errors.New("subprocess: started already")
)

// Exit says how a process ended.
type Exit struct {
	Code   int
	Signal syscall.Signal
}

// Result is what Run has seen of a command.
type Result struct {
	Stdout, Stderr []byte
	Exit           Exit
}

// Run runs a command and waits for it.
func Run(ctx context.Context, input []byte, command ...string) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if len(command) == 0 {
		return Result{}, errors.New("subprocess: the command is empty")
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &stdout, &stderr
	if err := cmd.Start(); err != nil {
		return Result{}, fmt.Errorf("subprocess: run %s: %w", command[0], err)
	}
	cmd.Wait() // want "kills the grandchildren with the command" deadlock
	return Result{stdout.Bytes(), stderr.Bytes(), exitOf(cmd.ProcessState)}, ctx.Err()
}

// exitOf knows nothing of a child for which somebody else has waited.
func exitOf(state *os.ProcessState) Exit {
	if state == nil {
		return Exit{}
	}
	status := state.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return Exit{Code: 128 + int(status.Signal()), Signal: status.Signal()}
	}
	return Exit{Code: status.ExitStatus()}
}

// Process is a command that runs beside its caller.
type Process struct {
	Name                  string
	Command               []string
	Stdin, Stdout, Stderr *os.File

	mu sync.Mutex
	// running is nil until the process is started.
	running *running
}

// running is a process that was started.
type running struct {
	process *os.Process
	// exit may be read when ended is closed.
	ended chan struct{}
	exit  Exit
}

// Start starts the process, and a goroutine that waits for it.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running != nil {
		return ErrStarted
	}
	if len(p.Command) == 0 {
		return fmt.Errorf("subprocess: start %s: the command is empty", p.Name)
	}
	cmd := exec.Command(p.Command[0], p.Command[1:]...)
	// A nil *os.File in an interface is not nil.
	if p.Stdin != nil {
		cmd.Stdin = p.Stdin
	}
	if p.Stdout != nil {
		cmd.Stdout = p.Stdout
	}
	if p.Stderr != nil {
		cmd.Stderr = p.Stderr
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("subprocess: start %s, %s: %w", p.Name, p.Command[0], err)
	}
	r := &running{process: cmd.Process, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		cmd.Wait()
		r.exit = exitOf(cmd.ProcessState)
	}()
	p.running = r
	return nil
}

// started returns what runs, nil before Start.
func (p *Process) started() *running {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running
}

// PID returns the process id.
func (p *Process) PID() int {
	r := p.started()
	if r == nil {
		return 0
	}
	return r.process.Pid
}

// IsAlive reports whether the process runs.
func (p *Process) IsAlive() bool {
	r := p.started()
	return r != nil && !r.hasEnded()
}

func (r *running) hasEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// Join waits for the end of the process.
func (p *Process) Join(ctx context.Context) (Exit, error) {
	r := p.started()
	if r == nil {
		return Exit{}, ErrNotStarted
	}
	select {
	case <-r.ended:
	case <-ctx.Done():
		// Of two that are ready, a select takes either.
		if !r.hasEnded() {
			return Exit{}, ctx.Err()
		}
	}
	return r.exit, nil
}

// Terminate asks the process to end.
func (p *Process) Terminate() error { return p.signal(syscall.SIGTERM) }

// Kill makes the process end.
func (p *Process) Kill() error { return p.signal(syscall.SIGKILL) }

// signal relies on os.Process, which signals nobody once it was waited for.
func (p *Process) signal(s syscall.Signal) error {
	r := p.started()
	if r == nil {
		return ErrNotStarted
	}
	return r.process.Signal(s)
}
