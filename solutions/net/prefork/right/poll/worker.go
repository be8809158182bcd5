//go:build linux

package prefork

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// Descriptors of a worker.
const (
	socketFD = 3 + iota
	// leash is a pipe to which nothing is written. Its end says that the worker was
	// let go, or that its master is gone.
	leashFD
	// call is a pipe to which the worker writes a byte when it calls Serve.
	callFD
)

// worker is a process that calls Serve.
type worker struct {
	process *exec.Cmd
	leash   *os.File
	// known is closed when it is known whether the worker serves: it has called
	// Serve, or it has ended.
	known  chan struct{}
	serves bool
}

// start starts a worker that is killed when alive ends.
func start(alive context.Context, command []string, socket *os.File) (*worker, error) {
	if len(command) == 0 {
		return nil, errors.New("prefork: no command")
	}
	// The worker's ends have to be closed here, or nobody would read their end.
	held, leash, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer held.Close()
	called, call, err := os.Pipe()
	if err != nil {
		leash.Close()
		return nil, err
	}
	defer call.Close()
	w := &worker{process: exec.CommandContext(alive, command[0], command[1:]...), leash: leash, known: make(chan struct{})}
	w.process.Stdout, w.process.Stderr = os.Stdout, os.Stderr
	w.process.ExtraFiles = []*os.File{socket, held, call}
	if err := w.process.Start(); err != nil {
		leash.Close()
		called.Close()
		return nil, err
	}
	go func() {
		n, _ := called.Read(make([]byte, 1))
		called.Close()
		w.serves = n == 1
		close(w.known)
	}()
	return w, nil
}

// end waits until the worker has ended, and lets it go when it isn't wanted any more. It
// reports whether the worker had called Serve.
func (w *worker) end(wanted context.Context) bool {
	stop := context.AfterFunc(wanted, func() { w.leash.Close() })
	w.process.Wait()
	stop()
	w.leash.Close()
	<-w.known
	return w.serves
}

// Serve accepts one connection after the other until the leash or the socket ends.
func Serve(handle func(conn net.Conn)) error {
	// What a handler starts must not have these.
	for fd := socketFD; fd <= callFD; fd++ {
		syscall.CloseOnExec(fd)
	}
	if _, err := unix.Write(callFD, []byte{0}); err != nil {
		return err
	}
	unix.Close(callFD)
	for {
		wants := []unix.PollFd{{Fd: leashFD, Events: unix.POLLIN}, {Fd: socketFD, Events: unix.POLLIN}}
		if _, err := unix.Poll(wants, -1); err != nil && err != unix.EINTR {
			return err
		}
		if wants[0].Revents != 0 {
			return nil
		}
		if wants[1].Revents == 0 {
			continue
		}
		fd, _, err := unix.Accept4(socketFD, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
		switch err {
		case nil:
		case unix.EAGAIN, unix.EINTR, unix.ECONNABORTED:
			// Another worker was faster.
			continue
		case unix.EINVAL:
			return nil
		default:
			return err
		}
		file := os.NewFile(uintptr(fd), "connection")
		conn, err := net.FileConn(file)
		file.Close()
		if err != nil {
			return err
		}
		handle(conn)
		conn.Close()
	}
}
