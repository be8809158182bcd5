//go:build linux

package localsocket

import (
	"errors"
	"io"
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

// Server accepts connections at a path.
type Server struct{}

// Mailbox receives messages at a path.
type Mailbox struct{}

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
	panic("TODO: implement Listen")
}

// Accept waits for a connection and returns it with the peer that made it, who need not
// have sent anything, and may have ended since. The connection belongs to the caller,
// who closes it; closing it ends it for the peer.
//
// After Close, and when Close is called while it waits, Accept returns
// net.ErrClosed. The error may wrap more around it.
func (s *Server) Accept() (io.ReadWriteCloser, Peer, error) {
	panic("TODO: implement Accept")
}

// Close closes the socket and removes its file from the path. That somebody has removed
// it already is no error, and what somebody has put in its place stays. Connections
// that Accept has returned go on. Close again does nothing and returns nil.
func (s *Server) Close() error {
	panic("TODO: implement Close")
}

// Open makes a datagram socket at path, for messages of up to limit bytes, which is at
// least 1. What is at path already, and a path that can't be used, are dealt with as
// Listen does.
func Open(path string, limit int) (*Mailbox, error) {
	panic("TODO: implement Open")
}

// Receive waits for a message and returns it: what was sent with one call, not less
// and not more, in the order of sending. A message may be empty. The bytes belong to
// the caller, and no later call changes them.
//
// For a message of more than limit bytes, Receive returns ErrTooLarge, once, and no
// part of the message. The next call goes on with the message after it. After Close,
// and when Close is called while it waits, Receive returns net.ErrClosed. Errors may
// wrap more around these.
func (m *Mailbox) Receive() ([]byte, error) {
	panic("TODO: implement Receive")
}

// Close is for a Mailbox what it is for a Server.
func (m *Mailbox) Close() error {
	panic("TODO: implement Close")
}

// Post sends message to the mailbox at path, in one datagram or not at all. While
// the mailbox has no room, Post waits; if it is closed meanwhile, that is an error.
//
// If path is too long, the error is ErrPathTooLong; if there is nothing at path, it is
// fs.ErrNotExist, and if nobody is behind the socket there, syscall.ECONNREFUSED. A
// socket that isn't one for datagrams is an error too. If the kernel doesn't take so
// many bytes in one datagram, the error is syscall.EMSGSIZE. Errors may wrap more
// around these.
func Post(path string, message []byte) error {
	panic("TODO: implement Post")
}
