//go:build linux

package subprocess

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// ErrNotStarted is returned for a Process that hasn't been started, and ErrStarted
// for one that has been. Errors may wrap more around them.
var (
	ErrNotStarted = errors.New("subprocess: not started")
	ErrStarted    = errors.New("subprocess: started already")
)

// Exit says how a process ended.
type Exit struct {
	// Code is the exit status. If a signal ended the process, Code is 128 plus the
	// signal's number, as in a shell's $?.
	Code int
	// Signal is the signal that ended the process, 0 if it exited by itself.
	Signal syscall.Signal
}

// Result is what Run has seen of a command.
type Result struct {
	// Stdout and Stderr are all that was written to the two streams.
	Stdout, Stderr []byte
	// Exit is the end of the command itself, whatever became of its grandchildren.
	Exit Exit
}

// Run runs a command and waits for it. command is the program and its arguments; a
// program without a slash is looked for in PATH. The command reads input and then
// the end of the file, at once if input is nil; that it doesn't read is no error. It
// has the caller's environment and working directory.
//
// Run returns when the command has ended and both its streams are at their end:
// what grandchildren write that have a stream as theirs belongs to the Result, also
// when the command has ended before. A grandchild that has neither stream is waited
// for by nobody, even if it has the input and doesn't read it, and Run does it no
// harm, also if ctx ends after Run has returned.
//
// If ctx ends first, Run kills the command with SIGKILL, if that lives still, and
// with it all its grandchildren, and returns ctx.Err(). The Result then holds what
// was written before, and the Exit of the command: of SIGKILL, or its own if it had
// ended by then. If everything ends while ctx does, Run may return ctx.Err() or nil.
//
// If the command can't be started, because it is empty or there is no such program,
// say, Run returns an error, which names the program if there is one. If ctx has
// ended before the call, nothing is started, and Run returns ctx.Err(). Errors may
// wrap more around ctx.Err().
func Run(ctx context.Context, input []byte, command ...string) (Result, error) {
	panic("TODO: implement Run")
}

// Process is a command that runs beside its caller. The fields are set before Start
// and not changed after it. All methods may be called from any number of goroutines
// at once, and none but Join waits for the process or for a Join.
type Process struct {
	// Name is for people, and stands in the errors of Start.
	Name string
	// Command is the program and its arguments; a program without a slash is
	// looked for in PATH.
	Command []string
	// Stdin, Stdout and Stderr become the standard files of the process
	// themselves, with nothing copied in between, and stay the caller's to close.
	// A nil one is /dev/null.
	Stdin, Stdout, Stderr *os.File

	// TODO: what else does a process need to know?
}

// Start starts the process. However it ends and whoever asks, it is waited for as
// soon as it has ended: it doesn't stay a zombie until somebody calls Join.
//
// If it can't be started, because Command is empty or there is no such program, say,
// Start returns an error that holds Name and the program, if there is one, and the
// Process is as it was before. On a Process that was started before, running
// or not, Start returns ErrStarted and does nothing.
func (p *Process) Start() error {
	panic("TODO: implement Start")
}

// PID returns the process id, also when the process has ended, and 0 before Start.
func (p *Process) PID() int {
	panic("TODO: implement PID")
}

// IsAlive reports whether the process lives: false before Start, true after it, false
// again soon after the end, and at the latest once a Join has returned the Exit. A
// process that is stopped (SIGSTOP) has not ended.
func (p *Process) IsAlive() bool {
	panic("TODO: implement IsAlive")
}

// Join waits until the process has ended and was waited for, not for its
// grandchildren, and returns how it ended, to every caller the same, however many
// there are and however late they come.
//
// If ctx ends first, Join returns ctx.Err(), and the process goes on. Once any Join
// has returned the Exit, each returns it, also with a ctx that has ended. Before
// Start, Join returns ErrNotStarted and waits for nothing.
func (p *Process) Join(ctx context.Context) (Exit, error) {
	panic("TODO: implement Join")
}

// Terminate asks the process to end: it sends SIGTERM to it, and to it alone.
//
// Before Start it returns ErrNotStarted and signals nobody. After the end it returns
// os.ErrProcessDone and signals nobody, at the latest once a Join has returned the
// Exit. Errors may wrap more around that.
func (p *Process) Terminate() error {
	panic("TODO: implement Terminate")
}

// Kill makes the process end: it sends SIGKILL, and is otherwise like Terminate.
func (p *Process) Kill() error {
	panic("TODO: implement Kill")
}
