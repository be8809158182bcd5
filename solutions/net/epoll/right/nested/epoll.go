//go:build linux

// Package epoll lets the runtime's poller wait for the epoll instance, which is a file
// that becomes readable like any other. It keeps no list of who can go on: after each
// step it tells epoll again what it waits for, and epoll looks again. Events carry the
// generation of a slot, so that old ones are known.
package epoll

import (
	"bytes"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// MaxLine is how many bytes a line has at most, with its newline.
	MaxLine = 4 << 10
	// MaxPending is how many bytes are pending for a client when it counts as slow.
	MaxPending = 64 << 10
)

// Mode is how epoll is to tell of clients.
type Mode int

const (
	// Level: as long as there is something to do.
	Level Mode = iota
	// Edge: when something has changed.
	Edge
)

// To says who gets a line.
type To int

const (
	// Nobody gets it.
	Nobody To = iota
	// Sender gets its line back.
	Sender
	// Others get it: all clients but the sender.
	Others
)

// Server serves many clients with one goroutine.
type Server struct {
	mode     Mode
	route    func(line []byte) To
	listener int
	file     *os.File
	poll     syscall.RawConn
	told     atomic.Bool
	ended    chan struct{}
	count    atomic.Int64

	slots  []slot
	free   []int32
	full   bool
	buffer [16 << 10]byte
}

// slot is the place of one client after the other.
type slot struct {
	*client
	generation int32
}

type client struct {
	fd       int // -1 when it is closed
	slot     int32
	in, out  []byte
	ended    bool
	interest uint32
}

func (c *client) room() bool { return len(c.out) < MaxPending }

// outside marks the event of the listener.
const outside = -1

// Start starts to serve the clients that connect to listener.
func Start(listener int, mode Mode, route func(line []byte) To) (*Server, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	// A file that doesn't block is one for the poller.
	unix.SetNonblock(fd, true)
	s := &Server{mode: mode, route: route, listener: listener, file: os.NewFile(uintptr(fd), "epoll"), ended: make(chan struct{})}
	s.poll, err = s.file.SyscallConn()
	if err == nil {
		err = s.control(unix.EPOLL_CTL_ADD, listener, unix.EpollEvent{Events: unix.EPOLLIN, Fd: outside})
	}
	if err == nil {
		err = unix.SetNonblock(listener, true)
	}
	if err != nil {
		s.file.Close()
		return nil, fmt.Errorf("watch the listener: %w", err)
	}
	go s.run()
	return s, nil
}

// Clients returns how many clients are connected.
func (s *Server) Clients() int { return int(s.count.Load()) }

// Stop ends the wait by a deadline that has passed.
func (s *Server) Stop() {
	s.told.Store(true)
	s.file.SetReadDeadline(time.Unix(1, 0))
	<-s.ended
}

func (s *Server) control(operation, fd int, event unix.EpollEvent) (err error) {
	if failed := s.poll.Control(func(poll uintptr) { err = unix.EpollCtl(int(poll), operation, fd, &event) }); failed != nil {
		return failed
	}
	return err
}

func (s *Server) run() {
	defer close(s.ended)
	defer s.file.Close()
	defer s.closeAll()
	events := make([]unix.EpollEvent, 128)
	for {
		n := 0
		err := s.poll.Read(func(poll uintptr) bool {
			n, _ = unix.EpollWait(int(poll), events, 0)
			return n > 0
		})
		if err != nil {
			return
		}
		for _, event := range events[:n] {
			switch {
			case s.told.Load():
				return
			case event.Fd == outside:
				s.accept()
			case s.slots[event.Fd].generation == event.Pad:
				s.step(s.slots[event.Fd].client, event.Events)
			}
		}
	}
}

// accept takes one client: level-triggered, the next one is told of as well.
func (s *Server) accept() {
	fd, _, err := unix.Accept4(s.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	switch err {
	case nil:
	case unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM:
		s.full = true
		s.control(unix.EPOLL_CTL_DEL, s.listener, unix.EpollEvent{})
		return
	default:
		return
	}
	if len(s.free) == 0 {
		s.free = append(s.free, int32(len(s.slots)))
		s.slots = append(s.slots, slot{})
	}
	c := &client{fd: fd, slot: s.free[len(s.free)-1]}
	s.free = s.free[:len(s.free)-1]
	s.slots[c.slot].client = c
	s.count.Add(1)
	s.arm(c, unix.EPOLL_CTL_ADD)
}

// close closes a client at once. What is still told of it bears an old generation.
func (s *Server) close(c *client) {
	s.control(unix.EPOLL_CTL_DEL, c.fd, unix.EpollEvent{})
	unix.Close(c.fd)
	c.fd = -1
	place := &s.slots[c.slot]
	place.client = nil
	place.generation++
	s.free = append(s.free, c.slot)
	s.count.Add(-1)
	if s.full {
		s.full = false
		s.control(unix.EPOLL_CTL_ADD, s.listener, unix.EpollEvent{Events: unix.EPOLLIN, Fd: outside})
	}
}

// arm tells epoll what to wait for. That also makes it look again, so that
// edge-triggered too it tells of what is there already.
func (s *Server) arm(c *client, operation int) {
	var interest uint32
	if c.room() && !c.ended {
		interest = unix.EPOLLIN
	}
	if len(c.out) > 0 {
		interest |= unix.EPOLLOUT
	}
	if s.mode == Edge {
		interest |= unix.EPOLLET
	}
	if operation == unix.EPOLL_CTL_MOD && s.mode == Level && interest == c.interest {
		return
	}
	c.interest = interest
	if s.control(operation, c.fd, unix.EpollEvent{Events: interest, Fd: c.slot, Pad: s.slots[c.slot].generation}) != nil {
		s.close(c)
	}
}

// step does for a client what can be done now, and reads once at most.
func (s *Server) step(c *client, events uint32) {
	s.send(c)
	if c.fd >= 0 && c.room() && !c.ended && events&(unix.EPOLLIN|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		s.read(c)
	}
	for left := -1; c.fd >= 0 && len(c.in) != left; s.send(c) {
		left = len(c.in)
		s.take(c)
	}
	switch {
	case c.fd < 0:
	case c.ended && len(c.out) == 0:
		s.close(c)
	default:
		s.arm(c, unix.EPOLL_CTL_MOD)
	}
}

func (s *Server) read(c *client) {
	n, err := unix.Read(c.fd, s.buffer[:])
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
	case err != nil:
		s.close(c)
	case n == 0:
		c.ended = true
	default:
		c.in = append(c.in, s.buffer[:n]...)
	}
}

// take routes lines while there is room.
func (s *Server) take(c *client) {
	text := c.in
	for c.fd >= 0 && c.room() {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if len(line) >= MaxLine {
			s.close(c)
			return
		}
		if !whole {
			break
		}
		line, text = text[:len(line)+1], rest
		switch s.route(line[:len(line)-1]) {
		case Sender:
			c.out = append(c.out, line...)
		case Others:
			for _, place := range s.slots {
				if place.client != nil && place.client != c {
					s.give(place.client, line)
				}
			}
		}
	}
	c.in = append([]byte(nil), text...)
}

// give sends a line of another to a client, or lets it wait if others do.
func (s *Server) give(c *client, line []byte) {
	if !c.room() {
		return
	}
	waits := len(c.out) > 0
	c.out = append(c.out, line...)
	if !waits {
		s.send(c)
	}
	if c.fd >= 0 && len(c.out) > 0 {
		s.arm(c, unix.EPOLL_CTL_MOD)
	}
}

func (s *Server) send(c *client) {
	for c.fd >= 0 && len(c.out) > 0 {
		n, err := unix.Write(c.fd, c.out)
		switch err {
		case nil:
			c.out = c.out[n:]
		case unix.EINTR:
		case unix.EAGAIN:
			return
		default:
			s.close(c)
		}
	}
	c.out = nil
}

func (s *Server) closeAll() {
	for _, place := range s.slots {
		if place.client != nil {
			unix.Close(place.fd)
		}
	}
	s.count.Store(0)
	unix.Close(s.listener)
}
