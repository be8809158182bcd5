//go:build linux

// Package fdpassing waits for room in poll(2) on a copy of the socket, whose thread hears of
// no deadline and no Close.
package fdpassing

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// MaxLabel is how many bytes a label has at most.
const MaxLabel = 1<<16 - 1

// maxFiles is SCM_MAX_FD of the kernel's net/scm.h, which no header shows to programs.
const maxFiles = 253

// headerSize is that of the number of descriptors and the length of the label.
const headerSize = 3

var (
	// ErrTooLong says that a label has more than MaxLabel bytes.
	ErrTooLong = errors.New("fdpassing: label too long")
	// ErrTooMany says that a message has more descriptors than there may be.
	ErrTooMany = errors.New("fdpassing: too many descriptors")
	// ErrMismatch says that other descriptors came than the message announced.
	ErrMismatch = errors.New("fdpassing: not the announced number of descriptors")
)

// Send sends one message.
func Send(conn *net.UnixConn, label string, files ...*os.File) error {
	switch {
	case len(files) > maxFiles:
		return ErrTooMany
	case len(label) > MaxLabel:
		return ErrTooLong
	}
	// The numbers are good as long as the files are not collected.
	defer runtime.KeepAlive(files)
	fds, err := numbers(files)
	if err != nil {
		return err
	}
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	message := binary.BigEndian.AppendUint16([]byte{byte(len(fds))}, uint16(len(label)))
	message = append(message, label...)
	socket, err := conn.File()
	if err != nil {
		return err
	}
	defer socket.Close()
	for len(message) > 0 {
		poll := []unix.PollFd{{Fd: int32(0), Events: unix.POLLOUT}}
		raw, _ := socket.SyscallConn()
		var sent int
		var failed error
		raw.Control(func(fd uintptr) {
			sent, failed = unix.SendmsgN(int(fd), message, rights, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
			poll[0].Fd = int32(fd)
		})
		if failed == unix.EAGAIN {
			unix.Poll(poll, -1) // want "ends waiting by deadline and by Close, and costs no CPU until then" deadlock
			continue
		}
		if failed != nil {
			return failed
		}
		message, rights = message[sent:], nil
	}
	return nil
}

// numbers returns the descriptors of the files. File.Fd would make some of them
// blocking, for everybody who shares them.
func numbers(files []*os.File) ([]int, error) {
	var fds []int
	for _, file := range files {
		raw, err := file.SyscallConn()
		if err == nil {
			err = raw.Control(func(fd uintptr) { fds = append(fds, int(fd)) })
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
	}
	return fds, nil
}

// Receive receives the next message.
func Receive(conn *net.UnixConn, limit int) (label string, files []*os.File, err error) {
	in := incoming{conn: conn}
	defer func() {
		if err != nil {
			in.drop()
		}
	}()
	var header [headerSize]byte
	if err := in.fill(header[:]); err != nil {
		return "", nil, err
	}
	text := make([]byte, binary.BigEndian.Uint16(header[1:]))
	if err := in.fill(text); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return "", nil, err
	}
	switch announced := int(header[0]); {
	case announced > limit:
		return "", nil, ErrTooMany
	case announced != len(in.fds) || in.cut:
		return "", nil, ErrMismatch
	}
	for i, fd := range in.fds {
		files = append(files, os.NewFile(uintptr(fd), fmt.Sprintf("%q %d", text, i)))
	}
	return string(text), files, nil
}

// incoming is a message that is being received.
type incoming struct {
	conn *net.UnixConn
	fds  []int
	// cut is set when some found no room, and the kernel has closed them.
	cut bool
}

// fill reads until buffer is full, and keeps all descriptors that come with it.
func (in *incoming) fill(buffer []byte) error {
	room := make([]byte, unix.CmsgSpace(4*maxFiles))
	for read := 0; read < len(buffer); {
		n, oobn, flags, _, err := in.conn.ReadMsgUnix(buffer[read:], room)
		in.keep(room[:oobn])
		in.cut = in.cut || flags&unix.MSG_CTRUNC != 0
		read += n
		switch {
		case errors.Is(err, io.EOF) && read > 0:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
	}
	return nil
}

// keep takes the descriptors out of ancillary data.
func (in *incoming) keep(ancillary []byte) {
	messages, err := unix.ParseSocketControlMessage(ancillary)
	if err != nil {
		return
	}
	for _, message := range messages {
		if fds, err := unix.ParseUnixRights(&message); err == nil {
			in.fds = append(in.fds, fds...)
		}
	}
}

// drop closes what has come.
func (in *incoming) drop() {
	for _, fd := range in.fds {
		unix.Close(fd)
	}
}
