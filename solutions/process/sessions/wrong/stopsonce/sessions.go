//go:build linux

// Package sessions stops a job once, so whoever has less patience than the first caller
// waits for the end of that one's grace.
package sessions

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
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

// FactsOf returns the facts of any process.
func FactsOf(pid int) (Facts, error) {
	// For getpgid(2) and getsid(2), 0 is the caller.
	if pid <= 0 {
		return Facts{}, syscall.ESRCH
	}
	group, err := unix.Getpgid(pid)
	if err != nil {
		return Facts{}, os.NewSyscallError("getpgid", err)
	}
	session, err := unix.Getsid(pid)
	if err != nil {
		return Facts{}, os.NewSyscallError("getsid", err)
	}
	return Facts{Group: group, Session: session, LeadsGroup: group == pid, LeadsSession: session == pid}, nil
}

// Job is a process group that Start has started.
type Job struct {
	id    int
	ended chan struct{} // closed when nobody is left
	// status is the leader's, for those who have seen ended closed.
	status syscall.WaitStatus

	// mu is held while members are reaped, and while they are signalled: the number
	// of a group that is gone may be somebody else's.
	mu   sync.Mutex
	stop sync.Once
	gone bool
}

// Start starts a job.
func Start(own Own, in, out *os.File, command ...string) (*Job, error) {
	if len(command) == 0 {
		return nil, errors.New("sessions: no command")
	}
	leader := exec.Command(command[0], command[1:]...)
	// A nil *os.File in an interface is not nil.
	if in != nil {
		leader.Stdin = in
	}
	if out != nil {
		leader.Stdout = out
	}
	leader.SysProcAttr = &syscall.SysProcAttr{Setpgid: own == Group, Setsid: own == Session}
	if err := leader.Start(); err != nil {
		return nil, err
	}
	job := &Job{id: leader.Process.Pid, ended: make(chan struct{})}
	leader.Process.Release()
	go job.await()
	return job, nil
}

// await reaps the members until nobody is left.
func (j *Job) await() {
	defer close(j.ended)
	for !j.reap() {
		// WNOWAIT leaves the zombie for reap, so that nobody goes while a signal
		// is sent.
		unix.Waitid(unix.P_PGID, j.id, nil, unix.WEXITED|unix.WNOWAIT, nil)
	}
}

// reap takes all zombies of the group and reports whether that was everybody.
func (j *Job) reap() (gone bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-j.id, &status, syscall.WNOHANG, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			j.gone = true
			return true
		case pid == 0:
			return false
		case pid == j.id:
			j.status = status
		}
	}
}

// ID returns the number of the job's process group.
func (j *Job) ID() int { return j.id }

// Signal sends sig to everybody in the job.
func (j *Job) Signal(sig syscall.Signal) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.gone {
		return nil
	}
	if err := syscall.Kill(-j.id, sig); err != nil && err != syscall.ESRCH {
		return os.NewSyscallError("kill", err)
	}
	return nil
}

// Wait waits until the job has ended.
func (j *Job) Wait(ctx context.Context) (syscall.WaitStatus, error) {
	select {
	case <-j.ended:
		return j.status, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Stop asks everybody to end, and kills those who don't within the grace.
func (j *Job) Stop(grace context.Context) syscall.WaitStatus {
	j.stop.Do(func() { // want "is killed when the grace ends if it does not listen, and not before" deadlock
		j.Signal(syscall.SIGTERM)
		// A stopped process hears of SIGTERM when it goes on.
		j.Signal(syscall.SIGCONT)
		select {
		case <-j.ended:
		case <-grace.Done():
			j.Signal(syscall.SIGKILL)
			<-j.ended
		}
	})
	return j.status
}
