//go:build linux

// Package localsocket removes what is at the path before it binds, as the lecture does,
// be it the socket of a server that lives.
package localsocket

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"sync"
	"syscall"
)

var (
	// ErrPathTooLong says that a path doesn't fit into the address of a socket.
	ErrPathTooLong = errors.New("localsocket: path too long")
	// ErrTooLarge says that a message has more bytes than the mailbox takes.
	ErrTooLarge = errors.New("localsocket: message too large")
)

// Peer is the process at the other end of a connection.
type Peer struct{ PID, UID, GID int }

// Server accepts connections at a path.
type Server struct {
	listener *net.UnixListener
	close    func() error
}

// Mailbox receives messages at a path.
type Mailbox struct {
	conn  *net.UnixConn
	limit int
	close func() error
}

// Listen makes a stream socket at path and listens there.
func Listen(path string) (*Server, error) {
	listener, release, err := bind(path, func(address net.UnixAddr) (*net.UnixListener, error) {
		address.Net = "unix"
		return net.ListenUnix(address.Net, &address)
	})
	if err != nil {
		return nil, err
	}
	// It would remove whatever is at the path.
	listener.SetUnlinkOnClose(false)
	return &Server{listener, release}, nil
}

// Open makes a datagram socket at path.
func Open(path string, limit int) (*Mailbox, error) {
	conn, release, err := bind(path, func(address net.UnixAddr) (*net.UnixConn, error) {
		address.Net = "unixgram"
		return net.ListenUnixgram(address.Net, &address)
	})
	if err != nil {
		return nil, err
	}
	return &Mailbox{conn, limit, release}, nil
}

// bind makes a socket at path, if need be in place of a stale one. What it returns
// beside the socket closes it and removes its file, once.
func bind[S io.Closer](path string, make func(net.UnixAddr) (S, error)) (socket S, release func() error, err error) {
	address, err := addressOf(path)
	if err != nil {
		return socket, nil, err
	}
	if there, lost := os.Lstat(path); lost == nil && there.Mode().Type() == fs.ModeSocket {
		os.Remove(path) // want "leaves a socket to somebody who is behind it" wrong
	}
	socket, err = make(address)
	if err != nil {
		return socket, nil, err
	}
	made, err := os.Lstat(path)
	if err != nil {
		socket.Close()
		return socket, nil, err
	}
	var once sync.Once
	return socket, func() (failed error) {
		once.Do(func() {
			// Until the socket is closed, no other file can have its number.
			if there, err := os.Lstat(path); err == nil && os.SameFile(there, made) {
				failed = os.Remove(path)
			}
			failed = errors.Join(failed, socket.Close())
		})
		return failed
	}, nil
}

// addressOf returns the address of a path that fits into sun_path with a NUL.
func addressOf(path string) (net.UnixAddr, error) {
	if size := len(syscall.RawSockaddrUnix{}.Path); len(path) >= size {
		return net.UnixAddr{}, fmt.Errorf("%w: %d bytes, at most %d", ErrPathTooLong, len(path), size-1)
	}
	return net.UnixAddr{Name: path}, nil
}

// Accept waits for a connection and returns it with its peer.
func (s *Server) Accept() (io.ReadWriteCloser, Peer, error) {
	conn, err := s.listener.AcceptUnix()
	if err != nil {
		return nil, Peer{}, err
	}
	peer, err := peerOf(conn)
	if err != nil {
		conn.Close()
		return nil, Peer{}, err
	}
	return conn, peer, nil
}

func peerOf(conn *net.UnixConn) (Peer, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return Peer{}, err
	}
	var noted *syscall.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		noted, failed = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err = errors.Join(err, failed); err != nil {
		return Peer{}, err
	}
	return Peer{PID: int(noted.Pid), UID: int(noted.Uid), GID: int(noted.Gid)}, nil
}

// Close closes the socket and removes its file.
func (s *Server) Close() error { return s.close() }

// Receive waits for a message and returns it.
func (m *Mailbox) Receive() ([]byte, error) {
	buffer := make([]byte, m.limit+1)
	n, _, err := m.conn.ReadFromUnix(buffer)
	if err != nil {
		return nil, err
	}
	if n > m.limit {
		return nil, ErrTooLarge
	}
	return buffer[:n], nil
}

// Close closes the socket and removes its file.
func (m *Mailbox) Close() error { return m.close() }

// Post sends message in one datagram.
func Post(path string, message []byte) error {
	address, err := addressOf(path)
	if err != nil {
		return err
	}
	address.Net = "unixgram"
	conn, err := net.DialUnix(address.Net, nil, &address)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write(message)
	return err
}
