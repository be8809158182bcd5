//go:build linux

package prefork

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

// Serve is what a worker's main function calls. Standard input is the line to the
// master: the listening socket comes in over it, one byte goes back, and its end says
// that the worker is let go. Whether the master wants that or has died looks the same.
func Serve(handle func(conn net.Conn)) error {
	master, err := takeStdin()
	if err != nil {
		return err
	}
	var watcher sync.WaitGroup
	defer watcher.Wait()
	defer master.Close()

	listener, err := receive(master)
	if err != nil {
		return err
	}
	defer listener.Close()
	if _, err := master.Write([]byte{1}); err != nil {
		return nil // the master has gone in the meantime
	}

	// It closes only this process's copy of the socket, and wakes Accept.
	watcher.Go(func() {
		io.Copy(io.Discard, master)
		listener.Close()
	})
	for {
		conn, err := listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case errors.Is(err, syscall.EINVAL):
			return nil // the master has shut the socket down, for all at once
		case err != nil:
			return err
		}
		handle(conn)
		conn.Close()
	}
}

// takeStdin moves the line to the master to a number that what the worker starts
// does not inherit, whatever it is given as standard input.
func takeStdin() (*net.UnixConn, error) {
	conn, err := net.FileConn(os.Stdin)
	if err != nil {
		return nil, err
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		conn.Close()
		return nil, err
	}
	defer null.Close()
	if err := syscall.Dup3(int(null.Fd()), 0, 0); err != nil {
		conn.Close()
		return nil, err
	}
	master, ok := conn.(*net.UnixConn)
	if !ok {
		conn.Close()
		return nil, errors.New("prefork: no master has started this process")
	}
	return master, nil
}

// receive takes the listening socket. net marks what it receives close-on-exec.
func receive(master *net.UnixConn) (net.Listener, error) {
	data, control := make([]byte, 1), make([]byte, syscall.CmsgSpace(4))
	_, n, _, _, err := master.ReadMsgUnix(data, control)
	if err != nil {
		return nil, err
	}
	messages, err := syscall.ParseSocketControlMessage(control[:n])
	if err != nil || len(messages) != 1 {
		return nil, errors.New("prefork: no socket came from the master")
	}
	numbers, err := syscall.ParseUnixRights(&messages[0])
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(numbers[0]), "listener")
	defer file.Close()
	return net.FileListener(file)
}
