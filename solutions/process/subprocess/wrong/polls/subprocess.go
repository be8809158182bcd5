//go:build linux

// Package subprocess looks every few milliseconds whether the process has ended,
// instead of waiting for it.
package subprocess

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
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
	cmd := exec.Command(command[0], command[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	streams, err := start(cmd)
	if err != nil {
		return Result{}, fmt.Errorf("subprocess: run %s: %w", command[0], err)
	}

	var result Result
	var writing, reading sync.WaitGroup
	writing.Go(func() {
		streams[0].Write(input)
		streams[0].Close()
	})
	reading.Go(func() { result.Stdout = drain(streams[1]) })
	reading.Go(func() { result.Stderr = drain(streams[2]) })
	dismiss := killAtEnd(ctx, cmd.Process.Pid)

	reading.Wait()
	awaitEnd(cmd.Process.Pid)
	err = dismiss()
	cmd.Wait()
	// A grandchild may hold the input and not read it: whoever writes it comes back.
	closeAll(streams[:])
	writing.Wait()
	result.Exit = exitOf(cmd.ProcessState)
	return result, err
}

// start starts a command and returns the caller's ends of three pipes, to its
// standard input and from its standard output and error.
func start(cmd *exec.Cmd) (ours [3]*os.File, err error) {
	var theirs [3]*os.File
	// With a copy of theirs left here, the streams would never be at their end.
	defer closeAll(theirs[:])
	for i := range ours {
		read, write, err := os.Pipe()
		if err != nil {
			closeAll(ours[:])
			return ours, err
		}
		if ours[i], theirs[i] = read, write; i == 0 {
			ours[i], theirs[i] = write, read
		}
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs[0], theirs[1], theirs[2]
	if err := cmd.Start(); err != nil {
		closeAll(ours[:])
		return ours, err
	}
	return ours, nil
}

// closeAll closes files, of which those that are nil or closed already don't mind.
func closeAll(files []*os.File) {
	for _, file := range files {
		file.Close()
	}
}

func drain(stream io.Reader) []byte {
	var all bytes.Buffer
	io.Copy(&all, stream)
	return all.Bytes()
}

// killAtEnd kills a process group when ctx ends, until it is dismissed. Then nobody
// is killed any more, and the group may be reaped.
func killAtEnd(ctx context.Context, group int) (dismiss func() error) {
	over, gone := make(chan struct{}), make(chan struct{})
	var cause error
	go func() {
		defer close(gone)
		select {
		case <-ctx.Done():
			cause = ctx.Err()
			syscall.Kill(-group, syscall.SIGKILL)
		case <-over:
		}
	}()
	return func() error {
		close(over)
		<-gone
		return cause
	}
}

// awaitEnd waits until a child has ended, and leaves it a zombie.
func awaitEnd(pid int) {
	for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
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
	for !r.hasEnded() {
		if ctx.Err() != nil {
			return Exit{}, ctx.Err()
		}
		time.Sleep(5 * time.Millisecond) // want "goes on when a Join gives up, which costs nothing until then" busy
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
