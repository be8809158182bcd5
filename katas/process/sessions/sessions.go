//go:build linux

package sessions

import (
	"context"
	"os"
	"syscall"
)

// Own is what a job gets of its own.
type Own int

const (
	// Group is a process group of its own, in the caller's session.
	Group Own = iota
	// Session is a session of its own, and in it a process group of its own.
	Session
)

// Facts are what the kernel says of a process's place among the others.
type Facts struct {
	// Group and Session are the numbers of the process's group and session.
	Group, Session int
	// LeadsGroup and LeadsSession: the number is the process's own pid.
	LeadsGroup, LeadsSession bool
}

// FactsOf returns the facts of any process, whatever it is called, a zombie too. If
// no process has this pid, the error is one for which errors.Is reports
// syscall.ESRCH; 0 and negative numbers are no process's pid.
func FactsOf(pid int) (Facts, error) {
	panic("TODO: implement FactsOf")
}

// Job is a process group that Start has started. All its methods may be called from
// any number of goroutines at once, whoever else waits, and after the job has ended.
type Job struct {
	// TODO: what does a job need to know?
}

// Start starts a job, whose leader is a child of this process and runs command, a
// program and its arguments; a program without a slash is looked up in PATH. The
// leader is in the group or session before the program begins. It reads from in and
// writes to out, and has the caller's environment; where its standard error goes is
// left open. A nil in is empty, and what is written to a nil out is thrown away.
// Start leaves in and out open.
//
// If the program can't be started, or command is empty, Start returns an error, and
// nothing is left behind.
func Start(own Own, in, out *os.File, command ...string) (*Job, error) {
	panic("TODO: implement Start")
}

// ID returns the number of the job's process group, which is its leader's pid.
func (j *Job) ID() int {
	panic("TODO: implement ID")
}

// Signal sends sig to everybody in the job, and doesn't wait for what they do.
// If nobody is left in it, it does nothing and returns nil. While somebody lives,
// it returns an error if the kernel refuses the signal: for one that doesn't exist,
// an error for which errors.Is reports syscall.EINVAL.
func (j *Job) Signal(sig syscall.Signal) error {
	panic("TODO: implement Signal")
}

// Wait waits until the job has ended and returns how its leader did, whenever the
// others ended and however. All who wait are told the same, and so are those who
// wait later.
// If ctx ends first, Wait returns ctx.Err() and the job goes on. If ctx has ended
// and the job too, it may return either.
func (j *Job) Wait(ctx context.Context) (syscall.WaitStatus, error) {
	panic("TODO: implement Wait")
}

// Stop asks everybody in the job to end, with SIGTERM, waits until the job has
// ended, and returns how its leader did. Members that are stopped are continued, so
// that they can end.
// If grace ends before the job, whoever is left in it is killed with SIGKILL, but
// nobody is before; if grace has ended already, that is at once. Stop doesn't wait
// for the end of grace when the job has ended. If several call it, each has a grace of
// its own, and the first that ends is the end for all.
// If the job has ended before the call, Stop returns how its leader did.
func (j *Job) Stop(grace context.Context) syscall.WaitStatus {
	panic("TODO: implement Stop")
}
