//go:build linux

package prefork

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// Descriptors of a worker. It writes a byte to the second when it calls Serve.
const (
	socketFD = 3
	callFD   = 4
)

// start starts a process that is killed when the calling thread ends, and returns what
// it writes to when it calls Serve.
func start(command []string, socket *os.File) (*exec.Cmd, *os.File, error) {
	if len(command) == 0 {
		return nil, nil, errors.New("prefork: no command")
	}
	called, call, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer call.Close()
	process := exec.Command(command[0], command[1:]...)
	process.Stdout, process.Stderr = os.Stdout, os.Stderr
	process.ExtraFiles = []*os.File{socket, call}
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := process.Start(); err != nil {
		called.Close()
		return nil, nil, err
	}
	return process, called, nil
}

// Serve accepts one connection after the other until the signal comes.
func Serve(handle func(conn net.Conn)) error {
	syscall.CloseOnExec(socketFD)
	syscall.CloseOnExec(callFD)
	socket := os.NewFile(socketFD, "listener")
	listener, err := net.FileListener(socket)
	socket.Close()
	if err != nil {
		return err
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	go func() {
		<-told
		listener.Close()
	}()
	call := os.NewFile(callFD, "call")
	if _, err := call.Write([]byte{0}); err != nil {
		return err
	}
	call.Close()
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		handle(conn)
		conn.Close()
	}
}
