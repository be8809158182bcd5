//go:build linux

// Package epoll keeps the buffers of a client for the next time: whoever was busy once
// costs as much as then for as long as it is connected.
package epoll

import (
	"bytes"
	"fmt"
	"sync/atomic"

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

// Server serves many clients with one goroutine. All but count belongs to it alone.
type Server struct {
	mode                 Mode
	route                func(line []byte) To
	poll, wake, listener int
	ended                chan struct{}
	count                atomic.Int64

	clients map[int32]*client
	// ready are those who can go on without an event.
	ready []*client
	// gone are those to be closed. Their numbers stay taken until no event of the
	// same batch can be about them.
	gone []*client
	// full: there was no descriptor for a client.
	full bool
	// buffer is what everybody's bytes are read into. An idle client has none.
	buffer [32 << 10]byte
}

// client is what a goroutine for it would have had on its stack.
type client struct {
	fd int32
	// in was read and not routed, out was routed and not sent.
	in, out []byte
	// readable: there may be more in the socket.
	readable bool
	// held: in holds a line that has to wait for room.
	held bool
	// ended: nothing more will come.
	ended bool
	// queued and gone: it is in the server's list of that name.
	queued, gone bool
	interest     uint32
}

func (c *client) room() bool { return len(c.out) < MaxPending }

// Start starts to serve the clients that connect to listener.
func Start(listener int, mode Mode, route func(line []byte) To) (*Server, error) {
	poll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(poll)
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	for _, fd := range []int{wake, listener} {
		if err = unix.EpollCtl(poll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}); err != nil {
			break
		}
	}
	if err == nil {
		err = unix.SetNonblock(listener, true)
	}
	if err != nil {
		unix.Close(wake)
		unix.Close(poll)
		return nil, fmt.Errorf("watch the listener: %w", err)
	}
	s := &Server{
		mode: mode, route: route, poll: poll, wake: wake, listener: listener,
		ended: make(chan struct{}), clients: map[int32]*client{},
	}
	go s.run()
	return s, nil
}

// Clients returns how many clients are connected.
func (s *Server) Clients() int { return int(s.count.Load()) }

// Stop wakes the loop by an event of its own, since closing the epoll descriptor
// would wake nobody, and closing what another goroutine uses is a race for its number.
func (s *Server) Stop() {
	unix.Write(s.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	<-s.ended
}

func (s *Server) run() {
	defer close(s.ended)
	defer s.closeAll()
	events := make([]unix.EpollEvent, 256)
	for {
		timeout := -1
		if len(s.ready) > 0 {
			timeout = 0
		}
		// The only error that a right call gives is EINTR, and then n is -1.
		n, _ := unix.EpollWait(s.poll, events, timeout)
		for _, event := range events[:max(n, 0)] {
			switch event.Fd {
			case int32(s.wake):
				return
			case int32(s.listener):
				s.accept()
			default:
				s.note(event)
			}
		}
		// Whoever becomes ready meanwhile has the next turn, after those who wait.
		turn := s.ready
		s.ready = nil
		for _, c := range turn {
			c.queued = false
			s.serve(c)
		}
		s.closeGone()
	}
}

// accept takes some of those who wait. The listener is level-triggered, so that the
// rest is told of again.
func (s *Server) accept() {
	for range 64 {
		fd, _, err := unix.Accept4(s.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		switch err {
		case nil:
			s.add(fd)
		case unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM:
			// It would be told of for ever, and nothing done about it.
			s.full = true
			s.listen(0)
			return
		default:
			// Nobody is there any more, or one is who has gone meanwhile.
			return
		}
	}
}

func (s *Server) listen(interest uint32) {
	unix.EpollCtl(s.poll, unix.EPOLL_CTL_MOD, s.listener, &unix.EpollEvent{Events: interest, Fd: int32(s.listener)})
}

func (s *Server) add(fd int) {
	c := &client{fd: int32(fd), interest: unix.EPOLLIN}
	if s.mode == Edge {
		c.interest = unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET
	}
	if err := unix.EpollCtl(s.poll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: c.interest, Fd: c.fd}); err != nil {
		unix.Close(fd)
		return
	}
	s.clients[c.fd] = c
	s.count.Add(1)
}

// note keeps what an event says about a client, and gives it a turn.
func (s *Server) note(event unix.EpollEvent) {
	c := s.clients[event.Fd]
	const in = unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLHUP
	switch {
	case event.Events&unix.EPOLLERR != 0, event.Events&unix.EPOLLHUP != 0 && !c.room():
		// Nothing that is pending can arrive any more.
		s.drop(c)
		return
	case event.Events&in != 0:
		c.readable = true
	}
	s.enqueue(c)
}

func (s *Server) enqueue(c *client) {
	if !c.queued && !c.gone {
		c.queued = true
		s.ready = append(s.ready, c)
	}
}

// serve gives a client one turn: it sends what it can, reads once, and routes what
// there is room for.
func (s *Server) serve(c *client) {
	s.send(c)
	if c.room() && c.readable && !c.held && !c.ended && !c.gone {
		s.read(c)
	}
	s.take(c)
	s.send(c)
	switch {
	case c.gone:
		return
	case c.ended && !c.held && len(c.out) == 0:
		s.drop(c)
		return
	case c.room() && (c.held || c.readable && !c.ended):
		// No event will come for what is here already.
		s.enqueue(c)
	}
	s.watch(c)
}

// read reads once, so that others have their turn. Edge-triggered, only EAGAIN says
// that the socket is empty; level-triggered, the next event says that it is not.
func (s *Server) read(c *client) {
	n, err := unix.Read(int(c.fd), s.buffer[:])
	c.readable = s.mode == Edge
	switch {
	case err == unix.EAGAIN:
		c.readable = false
	case err == unix.EINTR:
	case err != nil:
		s.drop(c)
	case n == 0:
		c.ended = true
	default:
		c.in = append(c.in, s.buffer[:n]...)
	}
}

// take routes the lines that were read, while there is room for what they may add.
func (s *Server) take(c *client) {
	rest := c.in
	c.held = false
	for len(rest) > 0 && !c.gone {
		if !c.room() {
			c.held = true
			break
		}
		end := bytes.IndexByte(rest, '\n')
		if end >= MaxLine || end < 0 && len(rest) >= MaxLine {
			s.drop(c)
		}
		if end < 0 || c.gone {
			break
		}
		line := rest[:end+1]
		rest = rest[end+1:]
		switch s.route(line[:end]) {
		case Sender:
			s.give(c, line)
		case Others:
			for _, other := range s.clients {
				if other != c {
					s.give(other, line)
				}
			}
		}
	}
	// The rest moves, so that half a line doesn't keep a large buffer.
	c.in = append(c.in[:0], rest...)
}

// give adds a line to what is pending for a client, unless it is slow.
func (s *Server) give(c *client, line []byte) {
	if c.gone || !c.room() {
		return
	}
	if len(c.out) == 0 {
		// Nobody has asked epoll yet when it can be written to.
		s.enqueue(c)
	}
	c.out = append(c.out, line...)
	if !c.room() {
		// It may be slow only because its turn has not come.
		s.send(c)
	}
}

// send writes what the socket takes. The rest waits for EPOLLOUT.
func (s *Server) send(c *client) {
	for len(c.out) > 0 && !c.gone {
		n, err := unix.Write(int(c.fd), c.out)
		switch err {
		case nil:
			c.out = c.out[:copy(c.out, c.out[n:])]
		case unix.EINTR:
		case unix.EAGAIN:
			return
		default:
			s.drop(c)
		}
	}
	c.out = c.out[:0] // want "keeps nothing of what a client has needed that is idle again" wrong
}

// watch asks for what would be done about it, and for nothing else: level-triggered,
// epoll would say it again and again. Edge-triggered, everything was asked for at
// the beginning.
func (s *Server) watch(c *client) {
	if s.mode == Edge {
		return
	}
	var interest uint32
	if c.room() && !c.ended {
		interest |= unix.EPOLLIN
	}
	if len(c.out) > 0 {
		interest |= unix.EPOLLOUT
	}
	if interest != c.interest {
		c.interest = interest
		unix.EpollCtl(s.poll, unix.EPOLL_CTL_MOD, int(c.fd), &unix.EpollEvent{Events: interest, Fd: c.fd})
	}
}

// drop marks a client as gone. It is closed after the batch.
func (s *Server) drop(c *client) {
	if !c.gone {
		c.gone = true
		s.gone = append(s.gone, c)
	}
}

func (s *Server) closeGone() {
	for _, c := range s.gone {
		delete(s.clients, c.fd)
		// A child that is being started may have the socket for a moment, and then
		// close alone doesn't take it out of the set.
		unix.EpollCtl(s.poll, unix.EPOLL_CTL_DEL, int(c.fd), nil)
		unix.Close(int(c.fd))
		s.count.Add(-1)
	}
	if s.full && len(s.gone) > 0 {
		s.full = false
		s.listen(unix.EPOLLIN)
	}
	s.gone = nil
}

func (s *Server) closeAll() {
	for fd := range s.clients {
		unix.Close(int(fd))
	}
	s.count.Store(0)
	unix.Close(s.listener)
	unix.Close(s.wake)
	unix.Close(s.poll)
}
