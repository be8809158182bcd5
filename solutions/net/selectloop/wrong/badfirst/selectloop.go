//go:build linux

// Package selectloop looks at each descriptor in turn, and one that is not open hides
// another one that has no place in the set.
package selectloop

import (
	"errors"
	"sync"

	"golang.org/x/sys/unix"
)

// SetSize is FD_SETSIZE: an fd_set has room for the descriptors from 0 to 1023.
const SetSize = 1024

// ErrSetSize is returned for a descriptor that has no place in an fd_set.
var ErrSetSize = errors.New("selectloop: descriptor is not from 0 to FD_SETSIZE - 1")

// Wait waits until a descriptor can be read or written.
func Wait(reading, writing []int) (readable, writable []int, err error) {
	highest := 0
	for _, fds := range [][]int{reading, writing} {
		for _, fd := range fds {
			if fd < 0 || fd >= SetSize {
				return nil, nil, ErrSetSize
			}
			if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil { // want "refuses descriptors that have no place in a set, and those that are not open" wrong
				return nil, nil, err
			}
			highest = max(highest, fd)
		}
	}
	for {
		// select(2) writes its result over the sets, so that each call needs new ones.
		r, w := set(reading), set(writing)
		_, err := unix.Select(highest+1, r, w, nil, nil)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return nil, nil, err
		default:
			return members(reading, r), members(writing, w), nil
		}
	}
}

func set(fds []int) *unix.FdSet {
	var s unix.FdSet
	for _, fd := range fds {
		s.Set(fd)
	}
	return &s
}

// members returns those that are in the set.
func members(fds []int, s *unix.FdSet) (found []int) {
	for _, fd := range fds {
		if s.IsSet(fd) {
			found = append(found, fd)
		}
	}
	return found
}

// Loop is an echo server that is one goroutine.
type Loop struct {
	listener int
	// clients holds for each client what could not be written yet.
	clients map[int][]byte
	buffer  []byte

	// mu keeps Stop from writing to the pipe once Run has closed it.
	mu           sync.Mutex
	ended        bool
	woken, alarm int // the ends of a pipe
}

// New returns a loop that will serve the clients of listener.
func New(listener int) (*Loop, error) {
	if listener < 0 || listener >= SetSize {
		return nil, ErrSetSize
	}
	// Connections may vanish between select and accept, which must not wait then.
	if err := unix.SetNonblock(listener, true); err != nil {
		return nil, err
	}
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_NONBLOCK|unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	if ends[0] >= SetSize {
		unix.Close(ends[0])
		unix.Close(ends[1])
		return nil, ErrSetSize
	}
	return &Loop{
		listener: listener, clients: map[int][]byte{}, buffer: make([]byte, 32<<10),
		woken: ends[0], alarm: ends[1],
	}, nil
}

// Run serves clients in the calling goroutine.
func (l *Loop) Run() error {
	defer l.end()
	for {
		reading, writing := []int{l.woken, l.listener}, []int(nil)
		for fd, rest := range l.clients {
			// Who has something to get is not read from. So there is never more than
			// one buffer to keep, and the end of the input comes last of all.
			if len(rest) > 0 {
				writing = append(writing, fd)
			} else {
				reading = append(reading, fd)
			}
		}
		readable, writable, err := Wait(reading, writing)
		if err != nil {
			return err
		}
		for _, fd := range writable {
			l.write(fd, l.clients[fd])
		}
		for _, fd := range readable {
			switch fd {
			case l.woken:
				return nil
			case l.listener:
				l.accept()
			default:
				l.read(fd)
			}
		}
	}
}

func (l *Loop) accept() {
	fd, _, err := unix.Accept4(l.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	switch {
	case err != nil:
	case fd >= SetSize:
		unix.Close(fd)
	default:
		l.clients[fd] = nil
	}
}

func (l *Loop) read(fd int) {
	n, err := unix.Read(fd, l.buffer)
	switch {
	case err == unix.EAGAIN, err == unix.EINTR:
	case err != nil, n == 0:
		l.remove(fd)
	default:
		l.write(fd, l.buffer[:n])
	}
}

// write writes what the client takes at once, and keeps a copy of the rest.
func (l *Loop) write(fd int, text []byte) {
	n, err := unix.Write(fd, text)
	switch {
	case err == unix.EAGAIN, err == unix.EINTR:
		n = 0
	case err != nil:
		l.remove(fd)
		return
	}
	l.clients[fd] = append([]byte(nil), text[n:]...)
}

func (l *Loop) remove(fd int) {
	delete(l.clients, fd)
	unix.Close(fd)
}

func (l *Loop) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	for fd := range l.clients {
		unix.Close(fd)
	}
	for _, fd := range []int{l.listener, l.woken, l.alarm} {
		unix.Close(fd)
	}
}

// Stop makes Run return soon. If the pipe is full, Run will be woken all the same.
func (l *Loop) Stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		unix.Write(l.alarm, []byte{0})
	}
}
