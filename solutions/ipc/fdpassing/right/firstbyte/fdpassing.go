//go:build linux

// Package fdpassing receives the first byte of a message alone, with all its
// descriptors; the rest is read without room for any, so the kernel closes those.
package fdpassing

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// MaxLabel is how many bytes a label has at most.
const MaxLabel = 1<<16 - 1

// maxFiles is the kernel's SCM_MAX_FD.
const maxFiles = 253

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
	if len(label) > MaxLabel {
		return ErrTooLong
	}
	if len(files) > maxFiles {
		return ErrTooMany
	}
	fds := make([]int, 0, len(files))
	for _, file := range files {
		// Not Fd, which makes the open file blocking.
		raw, err := file.SyscallConn()
		if err != nil {
			return err
		}
		if err := raw.Control(func(fd uintptr) { fds = append(fds, int(fd)) }); err != nil {
			return err
		}
	}
	message := append(binary.BigEndian.AppendUint16([]byte{byte(len(files))}, uint16(len(label))), label...)
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	n, _, err := conn.WriteMsgUnix(message, rights, nil)
	runtime.KeepAlive(files)
	if err == nil && n < len(message) {
		_, err = conn.Write(message[n:])
	}
	if errors.Is(err, syscall.ECONNRESET) {
		err = fmt.Errorf("%w: %w", syscall.EPIPE, err)
	}
	return err
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
	defer func() {
		if err != nil {
			for _, file := range files {
				file.Close()
			}
			label, files = "", nil
		}
	}()
	header := make([]byte, 3)
	oob := make([]byte, unix.CmsgSpace(4*maxFiles))
	n, oobn, flags, _, err := conn.ReadMsgUnix(header[:1], oob)
	if n > 0 || oobn > 0 {
		files = own(oob[:oobn])
	}
	switch {
	case errors.Is(err, syscall.ECONNRESET):
		// It was closed before it had read all.
		return "", files, io.EOF
	case err != nil:
		return "", files, err
	case n == 0:
		return "", files, io.EOF
	}
	if err := rest(conn, header[1:]); err != nil {
		return "", files, err
	}
	text := make([]byte, binary.BigEndian.Uint16(header[1:]))
	if err := rest(conn, text); err != nil {
		return "", files, err
	}
	switch announced := int(header[0]); {
	case announced > limit:
		return "", files, fmt.Errorf("%w: %d", ErrTooMany, announced)
	case announced != len(files) || flags&unix.MSG_CTRUNC != 0:
		return "", files, fmt.Errorf("%w: %d of %d", ErrMismatch, len(files), announced)
	}
	return string(text), files, nil
}

// rest reads bytes that can't be missing.
func rest(conn *net.UnixConn, p []byte) error {
	_, err := io.ReadFull(conn, p)
	if err == io.EOF || errors.Is(err, syscall.ECONNRESET) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// own returns files of the descriptors that are in the buffer.
func own(oob []byte) (files []*os.File) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil
	}
	for _, message := range messages {
		fds, err := unix.ParseUnixRights(&message)
		if err != nil {
			continue
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "received "+strconv.Itoa(fd)))
		}
	}
	return files
}
