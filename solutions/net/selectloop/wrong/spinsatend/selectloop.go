//go:build linux

// Package selectloop goes on to wait for input that has ended, as long as it has
// something to send: a socket can be read then, again and again.
package selectloop

import (
	"errors"
	"sync"

	"golang.org/x/sys/unix"
)

// SetSize is FD_SETSIZE.
const SetSize = 1024

// ErrSetSize is returned for a descriptor that has no place in an fd_set.
var ErrSetSize = errors.New("selectloop: descriptor is not from 0 to FD_SETSIZE - 1")

const (
	canRead  = unix.POLLIN | unix.POLLHUP | unix.POLLERR
	canWrite = unix.POLLOUT | unix.POLLHUP | unix.POLLERR
)

// poll waits for the list, whatever signals come.
func poll(list []unix.PollFd) error {
	for {
		_, err := unix.Poll(list, -1)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return err
		}
	}
	// poll(2) calls it an event that a descriptor is not open.
	for _, p := range list {
		if p.Revents&unix.POLLNVAL != 0 {
			return unix.EBADF
		}
	}
	return nil
}

// Wait waits until a descriptor can be read or written.
func Wait(reading, writing []int) (readable, writable []int, err error) {
	var list []unix.PollFd
	for i, fds := range [][]int{reading, writing} {
		for _, fd := range fds {
			if fd < 0 || fd >= SetSize {
				return nil, nil, ErrSetSize
			}
			list = append(list, unix.PollFd{Fd: int32(fd), Events: []int16{unix.POLLIN, unix.POLLOUT}[i]})
		}
	}
	if err := poll(list); err != nil {
		return nil, nil, err
	}
	for i, p := range list {
		switch {
		case i < len(reading) && p.Revents&canRead != 0:
			readable = append(readable, int(p.Fd))
		case i >= len(reading) && p.Revents&canWrite != 0:
			writable = append(writable, int(p.Fd))
		}
	}
	return readable, writable, nil
}

// ring holds what has been read and not written.
type ring struct {
	bytes       [48 << 10]byte
	first, used int
	ended       bool // nothing more will be read
}

// room is the free part that comes next, up to the end of the array.
func (r *ring) room() []byte {
	last := r.first + r.used
	if last < len(r.bytes) {
		return r.bytes[last:]
	}
	return r.bytes[last-len(r.bytes) : r.first]
}

// next is the used part that comes first, up to the end of the array.
func (r *ring) next() []byte {
	return r.bytes[r.first:min(r.first+r.used, len(r.bytes))]
}

func (r *ring) drop(n int) {
	r.first, r.used = (r.first+n)%len(r.bytes), r.used-n
}

// events are what the client is waited for.
func (r *ring) events() (events int16) {
	if r.used < len(r.bytes) { // want "costs nothing while there is nothing that it could do" busy
		events |= unix.POLLIN
	}
	if r.used > 0 {
		events |= unix.POLLOUT
	}
	return events
}

// Loop is an echo server that is one goroutine.
type Loop struct {
	// list begins with the counter that Stop adds to and the listener; behind these,
	// rings has the client of the same place.
	list  []unix.PollFd
	rings []*ring

	bell int
	// The number of the bell is held by who writes to it, until Run has ended.
	held  sync.RWMutex
	ended bool
}

// New returns a loop that will serve the clients of listener.
func New(listener int) (*Loop, error) {
	if listener < 0 || listener >= SetSize {
		return nil, ErrSetSize
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	switch {
	case err != nil:
		return nil, err
	case bell >= SetSize:
		unix.Close(bell)
		return nil, ErrSetSize
	}
	if err := unix.SetNonblock(listener, true); err != nil {
		unix.Close(bell)
		return nil, err
	}
	l := &Loop{bell: bell}
	l.add(bell, nil)
	l.add(listener, nil)
	return l, nil
}

func (l *Loop) add(fd int, r *ring) {
	l.list = append(l.list, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	l.rings = append(l.rings, r)
}

// Run serves clients in the calling goroutine.
func (l *Loop) Run() error {
	defer l.end()
	for {
		if err := poll(l.list); err != nil {
			return err
		}
		if l.list[0].Revents != 0 {
			return nil
		}
		// From behind, because who has left makes room for the last.
		for i := len(l.list) - 1; i > 1; i-- {
			if l.list[i].Revents != 0 && !l.serve(i) {
				l.remove(i)
			}
		}
		if l.list[1].Revents != 0 {
			l.accept()
		}
	}
}

func (l *Loop) accept() {
	fd, _, err := unix.Accept4(int(l.list[1].Fd), unix.SOCK_CLOEXEC)
	switch {
	case err != nil:
	case fd >= SetSize:
		unix.Close(fd)
	default:
		l.add(fd, &ring{})
	}
}

// serve reads and writes once, without waiting, and reports whether the client stays.
func (l *Loop) serve(i int) bool {
	fd, r, happened := int(l.list[i].Fd), l.rings[i], l.list[i].Revents
	if happened&canRead != 0 && !r.ended && r.used < len(r.bytes) {
		n, _, err := unix.Recvfrom(fd, r.room(), unix.MSG_DONTWAIT)
		if err != nil && err != unix.EAGAIN && err != unix.EINTR {
			return false
		}
		if err == nil {
			r.used += n
			r.ended = n == 0
		}
	}
	if r.used > 0 {
		n, err := unix.SendmsgN(fd, r.next(), nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		if err != nil && err != unix.EAGAIN && err != unix.EINTR {
			return false
		}
		if err == nil {
			r.drop(n)
		}
	}
	l.list[i].Events = r.events()
	return !r.ended || r.used > 0
}

func (l *Loop) remove(i int) {
	unix.Close(int(l.list[i].Fd))
	last := len(l.list) - 1
	l.list[i], l.rings[i] = l.list[last], l.rings[last]
	l.list, l.rings = l.list[:last], l.rings[:last]
}

func (l *Loop) end() {
	l.held.Lock()
	defer l.held.Unlock()
	l.ended = true
	for _, p := range l.list {
		unix.Close(int(p.Fd))
	}
}

// Stop makes Run return soon.
func (l *Loop) Stop() {
	l.held.RLock()
	defer l.held.RUnlock()
	if !l.ended {
		unix.Write(l.bell, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}
