//go:build linux

// Package selectloop leaves everything in the kernel: what a client has sent is looked
// at (MSG_PEEK), sent back as far as there is room, and only then taken away. So the
// loop keeps not a byte of anybody, and a client is one pollfd, whose Events tell
// whether input or room is lacking.
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

func fits(fd int) bool { return 0 <= fd && fd < SetSize }

// poll waits as poll(2) does, and goes on after a signal.
func poll(fds []unix.PollFd) error {
	for {
		if _, err := unix.Poll(fds, -1); err != unix.EINTR {
			return err
		}
	}
}

// Wait waits until at least one descriptor in reading can be read or one in writing
// can be written, and returns those that can then, each list in the order in which it
// was given. It leaves the lists that it is given as they are.
func Wait(reading, writing []int) (readable, writable []int, err error) {
	// One entry for each number: poll refuses more entries than the process may have
	// open files.
	var fds []unix.PollFd
	at := make(map[int]int)
	for _, want := range []struct {
		list   []int
		events int16
	}{{reading, unix.POLLIN}, {writing, unix.POLLOUT}} {
		for _, fd := range want.list {
			if !fits(fd) {
				return nil, nil, ErrSetSize
			}
			i, known := at[fd]
			if !known {
				i = len(fds)
				at[fd] = i
				fds = append(fds, unix.PollFd{Fd: int32(fd)})
			}
			fds[i].Events |= want.events
		}
	}
	if err := poll(fds); err != nil {
		return nil, nil, err
	}
	for _, p := range fds {
		if p.Revents&unix.POLLNVAL != 0 {
			return nil, nil, unix.EBADF
		}
	}
	// After an error or a hangup, neither read nor write waits.
	pick := func(list []int, event int16) (ready []int) {
		for _, fd := range list {
			if fds[at[fd]].Revents&(event|unix.POLLERR|unix.POLLHUP) != 0 {
				ready = append(ready, fd)
			}
		}
		return ready
	}
	return pick(reading, unix.POLLIN), pick(writing, unix.POLLOUT), nil
}

// Loop is an echo server that is one goroutine.
type Loop struct {
	// fds are all that Run waits for: bell, listener, clients. A client's Events are
	// POLLIN if all that it sent has gone back, and POLLOUT if some could not.
	fds     []unix.PollFd
	scratch []byte

	mu   sync.Mutex
	bell int // an eventfd that Stop writes to; -1 when it is closed
}

const (
	bellAt = iota
	listenerAt
	clientsAt
)

// New returns a loop that will serve the clients of listener.
func New(listener int) (*Loop, error) {
	if !fits(listener) {
		return nil, ErrSetSize
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, err
	}
	if !fits(bell) {
		unix.Close(bell)
		return nil, ErrSetSize
	}
	if err := unix.SetNonblock(listener, true); err != nil {
		unix.Close(bell)
		return nil, err
	}
	return &Loop{
		fds: []unix.PollFd{
			bellAt:     {Fd: int32(bell), Events: unix.POLLIN},
			listenerAt: {Fd: int32(listener), Events: unix.POLLIN},
		},
		scratch: make([]byte, 32<<10),
		bell:    bell,
	}, nil
}

// Run serves clients in the calling goroutine.
func (l *Loop) Run() error {
	defer l.closeAll()
	for {
		if err := poll(l.fds); err != nil {
			return err
		}
		if l.fds[bellAt].Revents != 0 {
			return nil
		}
		// Clients first: accept appends, and a number closed here may come back there.
		l.serve()
		if l.fds[listenerAt].Revents != 0 {
			if err := l.accept(); err != nil {
				return err
			}
		}
	}
}

// serve echoes for all clients that are ready, and lets go of those that are done.
func (l *Loop) serve() {
	stay := l.fds[:clientsAt]
	for _, p := range l.fds[clientsAt:] {
		if p.Revents != 0 && !l.echo(&p) {
			unix.Close(int(p.Fd))
			l.fds[listenerAt].Events = unix.POLLIN // there is a free number again
			continue
		}
		stay = append(stay, p)
	}
	l.fds = stay
}

// echo does one round for a client, and tells whether it stays.
func (l *Loop) echo(p *unix.PollFd) bool {
	fd := int(p.Fd)
	seen, err := receive(fd, l.scratch, unix.MSG_PEEK)
	switch {
	case err == unix.EAGAIN:
		p.Events = unix.POLLIN
		return true
	case err != nil || seen == 0:
		return false
	}
	sent, err := send(fd, l.scratch[:seen])
	if err != nil && err != unix.EAGAIN {
		return false
	}
	p.Events = unix.POLLIN
	if sent < seen {
		p.Events = unix.POLLOUT
	}
	for sent > 0 {
		n, err := receive(fd, l.scratch[:sent], 0)
		if err != nil || n == 0 {
			return false
		}
		sent -= n
	}
	return true
}

// accept takes one client. An error means that there will never be another.
func (l *Loop) accept() error {
	fd, _, err := unix.Accept4(int(l.fds[listenerAt].Fd), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	switch err {
	case nil:
		if !fits(fd) {
			unix.Close(fd)
			return nil
		}
		l.fds = append(l.fds, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	case unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM:
		if len(l.fds) == clientsAt {
			return err
		}
		l.fds[listenerAt].Events = 0 // until a client leaves
	case unix.EBADF, unix.EINVAL, unix.ENOTSOCK, unix.EOPNOTSUPP:
		return err
	}
	return nil // also if the client, or a signal, was quicker
}

func (l *Loop) closeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bell = -1
	for _, p := range l.fds {
		unix.Close(int(p.Fd))
	}
	l.fds = nil
}

// Stop makes Run return soon.
func (l *Loop) Stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bell >= 0 {
		unix.Write(l.bell, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

func receive(fd int, p []byte, flags int) (int, error) {
	for {
		n, _, err := unix.Recvfrom(fd, p, flags|unix.MSG_DONTWAIT)
		if err != unix.EINTR {
			return n, err
		}
	}
}

func send(fd int, p []byte) (int, error) {
	for {
		n, err := unix.SendmsgN(fd, p, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}
