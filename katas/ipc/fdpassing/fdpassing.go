//go:build linux

package fdpassing

import (
	"errors"
	"net"
	"os"
)

// MaxLabel is how many bytes a label has at most.
const MaxLabel = 1<<16 - 1

var (
	// ErrTooLong says that a label has more than MaxLabel bytes.
	ErrTooLong = errors.New("fdpassing: label too long")
	// ErrTooMany says that a message has more descriptors than there may be.
	ErrTooMany = errors.New("fdpassing: too many descriptors")
	// ErrMismatch says that other descriptors came than the message announced.
	ErrMismatch = errors.New("fdpassing: not the announced number of descriptors")
)

// Send sends one message: the label, which may be empty and may hold any bytes, and
// files, of which there may be none. The same file may be among them more than once.
// Send returns when the whole message has been handed to the kernel, and waits while
// there is no room for it, until the peer makes some.
//
// The files stay the caller's, as they are: open, and with the flags that they had,
// such as O_NONBLOCK. When Send has returned, the caller may close them.
//
// If there are more files than one message may have, the error is ErrTooMany, and if the
// label is too long it is ErrTooLong; a file that is closed is an error too. Then nothing
// has been sent, and the connection goes on. How many files one message may have is
// what the kernel says: SCM_MAX_FD. If the peer has closed the connection, also while
// Send waits, the error is syscall.EPIPE. If a write deadline of the connection is over
// it is os.ErrDeadlineExceeded, and when the connection is closed it is net.ErrClosed.
// Errors may wrap more around these.
func Send(conn *net.UnixConn, label string, files ...*os.File) error {
	panic("TODO: implement Send")
}

// Receive receives the next message and returns its label and its files, in the order
// in which they were sent. It waits until the whole message is there. Each file is the
// caller's to close. Their names are left open. Receive changes no flag that the sender
// shares, and what was sent with O_NONBLOCK works with deadlines here too.
//
// limit, from 0 on, is how many files the caller is ready for. If the message announces
// more, the error is ErrTooMany, whether or not as many come. If it announces no more
// than that, and more or fewer come, or not all of them find room in the process
// (RLIMIT_NOFILE), the error is ErrMismatch. In both cases the message has been taken as
// a whole, all its descriptors are closed, and the next call returns the next message.
//
// If the peer has closed the connection, the error is io.EOF between messages, and
// io.ErrUnexpectedEOF in the middle of one. If a read deadline of the connection is over
// it is os.ErrDeadlineExceeded, and when the connection is closed, also while Receive
// waits, it is net.ErrClosed. With an error come no files: those that had arrived are
// closed. Errors may wrap more around these.
func Receive(conn *net.UnixConn, limit int) (label string, files []*os.File, err error) {
	panic("TODO: implement Receive")
}
