// Package sandbox runs a program that nobody trusts: behind walls, and within
// limits.
//
// # The ladder
//
// What walls there are depends on the machine and on who asks. Ladder says which
// rungs this one offers, strongest first:
//
//	cgroup      namespaces, and a cgroup for each program (root)
//	namespaces  namespaces; limits by setrlimit(2) and by watching (ordinary users)
//	bubblewrap  namespaces that bwrap(1) makes, where only profiled programs may
//	uid         a user id for each program, Landlock and seccomp (root in a container)
//	landlock    Landlock and seccomp only
//	none        a session and a timer: for code that one trusts
//
// # Who runs what
//
// On every rung but the last, the program is started by an init: this executable,
// started once more under another name. It makes the walls around itself, gives
// its powers up, starts the program, watches it, and says on a pipe how it ended.
// In the first three rungs it is the first process of a pid namespace, so that the
// kernel ends all others with it; and it ends when its parent does, because it
// reads a pipe of which only the parent has the other end. Init is out of the
// program's reach: its memory is closed to it (PR_SET_DUMPABLE), it ignores every
// signal from inside, and it passes on no descriptor that the Command doesn't
// name.
package sandbox

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// Command is a program to run and all that it gets of this machine.
type Command struct {
	// Path is the program's on the host, absolute, and Arguments are without its
	// name. Inside it may have another path.
	Path      string
	Arguments []string
	// Environment is all of it.
	Environment []string
	Places      Places
	// Shown are folders and files that it sees beside the system's own.
	Shown []Shown
	// Stdout and Stderr take what it prints. Its standard input is empty.
	Stdout, Stderr io.Writer
	// Files are its descriptors from 3 on.
	Files []*os.File
	// AsCaller: it keeps the caller's user id, for it has to read the caller's files.
	// Otherwise, and if the caller is root, it is nobody's.
	AsCaller bool
	// Limits hold for the program with all its children; those that are 0 are
	// none. On rung none there are none either.
	Limits report.Limits
}

// Places are the folders in which a program may write, as it sees them.
type Places struct {
	// Host is the folder on the host in which they are if they are on the host.
	Host string
	// Work is its working directory and Temp its TMPDIR; both are empty when it
	// starts. Log is for what its runtime writes.
	Work, Temp, Log string
}

// Shown is a path of the host's that a program sees under the same name.
type Shown struct {
	Path string
	How  How
}

// How a program sees what is shown to it.
type How string

const (
	ReadOnly How = "read-only"
	Writable How = "writable" // what it writes, it writes on the host
)

// Killed says which limit ended a program.
type Killed string

const (
	KilledMemory    Killed = "memory"
	KilledProcesses Killed = "processes" // processes and threads
	KilledCPU       Killed = "cpu"
	KilledStopped   Killed = "stopped" // it stopped itself (SIGSTOP), and nobody continued it
)

// Ended is how a program ended.
type Ended struct {
	// Code is the exit status, or -1 if a signal ended the program.
	Code int
	// Signal is its name, such as "SIGSEGV", or empty.
	Signal string
	// Killed is empty if no limit was the reason.
	Killed Killed
	// CPU and Memory are what it took with its children, as far as they were
	// seen: time, and bytes at most.
	CPU    time.Duration
	Memory int64
}

// Run runs a program to its end, or to that of ctx, which ends it and all that it
// has started. An error is ours, or the cause of ctx's end, and never the
// program's.
func (s *Sandbox) Run(ctx context.Context, command Command) (Ended, error) {
	if s.Rung == None {
		return s.bare(ctx, command)
	}
	return s.walled(ctx, command)
}

// Program returns the path of a program that is in PATH.
func Program(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}
