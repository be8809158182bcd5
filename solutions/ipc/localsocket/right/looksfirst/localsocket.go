//go:build linux

// Package localsocket looks how large a message is before it makes room for it
// (MSG_PEEK), within one turn of the runtime's reader, so that nobody comes between.
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

// Peer is the process at the other end of a connection, as the kernel has noted
// it: the process that connected, with the effective user and group that it had then.
type Peer struct{ PID, UID, GID int }

// name is the file of a socket that this process has bound.
type name struct {
	path string
	info fs.FileInfo
	once sync.Once
}

// Server accepts connections at a path.
type Server struct {
	name
	listener *net.UnixListener
}

// Mailbox receives messages at a path.
type Mailbox struct {
	name
	limit int
	conn  *net.UnixConn
	raw   syscall.RawConn
}

func check(path string) error {
	if len(path) >= len(syscall.RawSockaddrUnix{}.Path) {
		return fmt.Errorf("%w: %d bytes", ErrPathTooLong, len(path))
	}
	return nil
}

// stale reports whether there is a socket at path that nobody is behind.
func stale(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Type() != fs.ModeSocket {
		return false
	}
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer syscall.Close(fd)
	return syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}) == syscall.ECONNREFUSED
}

// bind calls make, once more if all that is in the way is a stale socket.
func bind[T io.Closer](path string, make func(*net.UnixAddr) (T, error), kind string) (bound T, info fs.FileInfo, err error) {
	if err := check(path); err != nil {
		return bound, nil, err
	}
	addr := &net.UnixAddr{Name: path, Net: kind}
	bound, err = make(addr)
	if errors.Is(err, syscall.EADDRINUSE) && stale(path) {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return bound, nil, err
		}
		bound, err = make(addr)
	}
	if err != nil {
		return bound, nil, err
	}
	if info, err = os.Lstat(path); err != nil {
		bound.Close()
		return bound, nil, err
	}
	return bound, info, nil
}

// release removes the file if it is still the socket's own, and then closes that:
// as long as it is open, no other file can have its number.
func (n *name) release(closer io.Closer) (err error) {
	n.once.Do(func() {
		if info, statErr := os.Lstat(n.path); statErr == nil && os.SameFile(info, n.info) {
			if err = os.Remove(n.path); errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
		}
		err = errors.Join(err, closer.Close())
	})
	return err
}

// Listen makes a stream socket at path and listens there. Eight connections at least may
// wait to be accepted.
//
// If at path is the file of a socket, of whatever type, with nobody behind it, that
// file is replaced. If somebody is behind it, with a socket of whatever type, or if
// what is at path isn't a socket, the error is syscall.EADDRINUSE, and what is there
// stays as it was. A server that is there may see a connection that ends without a
// byte, and nothing else.
//
// If path is too long, the error is ErrPathTooLong; if there is no folder to make
// the socket in, it is fs.ErrNotExist. Errors may wrap more around these.
func Listen(path string) (*Server, error) {
	listener, info, err := bind(path, func(addr *net.UnixAddr) (*net.UnixListener, error) {
		listener, err := net.ListenUnix("unix", addr)
		if err == nil {
			listener.SetUnlinkOnClose(false)
		}
		return listener, err
	}, "unix")
	if err != nil {
		return nil, err
	}
	return &Server{name: name{path: path, info: info}, listener: listener}, nil
}

// Accept waits for a connection and returns it with the peer that made it, who need not
// have sent anything, and may have ended since. The connection belongs to the caller,
// who closes it; closing it ends it for the peer.
//
// After Close, and when Close is called while it waits, Accept returns
// net.ErrClosed. The error may wrap more around it.
func (s *Server) Accept() (io.ReadWriteCloser, Peer, error) {
	conn, err := s.listener.AcceptUnix()
	if err != nil {
		return nil, Peer{}, err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		conn.Close()
		return nil, Peer{}, err
	}
	var peer *syscall.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		peer, failed = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err = errors.Join(err, failed); err != nil {
		conn.Close()
		return nil, Peer{}, err
	}
	return conn, Peer{PID: int(peer.Pid), UID: int(peer.Uid), GID: int(peer.Gid)}, nil
}

// Close closes the socket and removes its file from the path. That somebody has removed
// it already is no error, and what somebody has put in its place stays. Connections
// that Accept has returned go on. Close again does nothing and returns nil.
func (s *Server) Close() error { return s.release(s.listener) }

// Open makes a datagram socket at path, for messages of up to limit bytes, which is at
// least 1. What is at path already, and a path that can't be used, are dealt with as
// Listen does.
func Open(path string, limit int) (*Mailbox, error) {
	conn, info, err := bind(path, func(addr *net.UnixAddr) (*net.UnixConn, error) {
		return net.ListenUnixgram("unixgram", addr)
	}, "unixgram")
	if err != nil {
		return nil, err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		conn.Close()
		os.Remove(path)
		return nil, err
	}
	return &Mailbox{name: name{path: path, info: info}, limit: limit, conn: conn, raw: raw}, nil
}

// Receive waits for a message and returns it: what was sent with one call, not less
// and not more, in the order of sending. A message may be empty. The bytes belong to
// the caller, and no later call changes them.
//
// For a message of more than limit bytes, Receive returns ErrTooLarge, once, and no
// part of the message. The next call goes on with the message after it. After Close,
// and when Close is called while it waits, Receive returns net.ErrClosed. Errors may
// wrap more around these.
func (m *Mailbox) Receive() (message []byte, err error) {
	var failed error
	// One reader at a time is in the function, so what it has looked at is what it gets.
	err = m.raw.Read(func(fd uintptr) bool {
		for {
			var size int
			size, _, failed = syscall.Recvfrom(int(fd), nil, syscall.MSG_PEEK|syscall.MSG_TRUNC|syscall.MSG_DONTWAIT)
			if failed == nil {
				message = make([]byte, min(size, m.limit))
				size, _, failed = syscall.Recvfrom(int(fd), message, syscall.MSG_TRUNC|syscall.MSG_DONTWAIT)
			}
			switch {
			case failed == syscall.EINTR:
				continue
			case failed == syscall.EAGAIN:
				return false
			case failed == nil && size > m.limit:
				failed = ErrTooLarge
			}
			return true
		}
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	return message, nil
}

// Close is for a Mailbox what it is for a Server.
func (m *Mailbox) Close() error { return m.release(m.conn) }

// Post sends message to the mailbox at path, in one datagram or not at all. While
// the mailbox has no room, Post waits; if it is closed meanwhile, that is an error.
//
// If path is too long, the error is ErrPathTooLong; if there is nothing at path, it is
// fs.ErrNotExist, and if nobody is behind the socket there, syscall.ECONNREFUSED. A
// socket that isn't one for datagrams is an error too. If the kernel doesn't take so
// many bytes in one datagram, the error is syscall.EMSGSIZE. Errors may wrap more
// around these.
func Post(path string, message []byte) error {
	if err := check(path); err != nil {
		return err
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write(message)
	return err
}
