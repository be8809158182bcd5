//go:build linux

package workerpool

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
)

const linkFD = 3 // the first of ExtraFiles

// What a worker says of a task.
const (
	begun = iota + 1
	succeeded
	failed
)

var errDeaf = errors.New("workerpool: no worker lives long enough to take the task")

type worker struct {
	cmd    *exec.Cmd
	link   *os.File
	dead   chan struct{}
	runs   *Result // these two belong to the pool's goroutine
	buried bool
}

type outcome struct {
	begun, alive bool
	result       []byte
	err          error
}

func start(command []string) (*worker, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	theirs := os.NewFile(uintptr(fds[1]), "worker's link")
	defer theirs.Close()
	// Only this end: the flag belongs to the open file, and os.NewFile looks at it.
	syscall.SetNonblock(fds[0], true)
	ours := os.NewFile(uintptr(fds[0]), "pool's link")

	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{theirs}
	if err := cmd.Start(); err != nil {
		ours.Close()
		return nil, err
	}
	return &worker{cmd: cmd, link: ours, dead: make(chan struct{})}, nil
}

// reap waits for the worker's end. Whoever has a copy of its link, what it said
// can still be read, and then the link is at its end.
func (w *worker) reap() {
	w.cmd.Wait()
	if raw, err := w.link.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { syscall.Shutdown(int(fd), syscall.SHUT_RDWR) })
	}
	close(w.dead)
}

// do has the worker run the task. A worker says that it has begun when it has all
// of the task and before it runs it: so a task that wasn't begun may go to another.
func (w *worker) do(task []byte) (o outcome) {
	if err := send(w.link, task); err != nil {
		return o
	}
	var said [1]byte
	if _, err := io.ReadFull(w.link, said[:]); err != nil {
		return o
	}
	o.begun = true
	if _, err := io.ReadFull(w.link, said[:]); err != nil {
		o.err = w.crash()
		return o
	}
	result, err := receive(w.link)
	if err != nil {
		o.err = w.crash()
		return o
	}
	o.alive = true
	if said[0] == failed {
		o.err = &TaskError{Text: string(result)}
	} else {
		o.result = result
	}
	return o
}

func (w *worker) crash() error {
	<-w.dead
	status, _ := w.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return &CrashError{PID: w.cmd.ProcessState.Pid(), Status: status}
}

func send(to io.Writer, b []byte) error {
	if _, err := to.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b)))); err != nil {
		return err
	}
	if len(b) == 0 {
		return nil
	}
	_, err := to.Write(b)
	return err
}

func receive(from io.Reader) ([]byte, error) {
	var size [8]byte
	if _, err := io.ReadFull(from, size[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint64(size[:]))
	_, err := io.ReadFull(from, b)
	return b, err
}

// gone is nil where an error only says that the pool is.
func gone(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	return err
}
