//go:build linux

// Package epoll works in rounds: first it notes what epoll tells, then it acts on the
// notes, one turn for each client. It asks epoll in both modes only for what it would do,
// reads ahead of a slow client, and its listener is edge-triggered.
package epoll

import (
	"bytes"
	"fmt"
	"slices"
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
	// Level: as long as there is something to do (level-triggered).
	Level Mode = iota
	// Edge: when something has changed (edge-triggered, EPOLLET).
	Edge
)

// To says who gets a line.
type To int

const (
	// Nobody gets it.
	Nobody To = iota
	// Sender gets its line back.
	Sender
	// Others get it: all clients that are connected but the sender.
	Others
)

const (
	// turn is how many bytes of a client are read, and routed, before the next client's turn.
	turn = 16 << 10
	// ahead is how much may have been read of a client when more is read.
	ahead = 112 << 10
	// knocks is how many clients are accepted at a time.
	knocks = 4 << 10
)

// Server serves many clients with one goroutine. It works in rounds. At the beginning
// of a round it notes what epoll tells, and does nothing about it: no event is older
// than what has been done. Then it acts on the notes, which outlive the round. So both
// modes are the same program.
type Server struct {
	route    func(line []byte) To
	listener int
	epoll    int
	bell     int // eventfd: Stop has been called
	edge     uint32
	stopped  atomic.Bool
	done     chan struct{}
	count    atomic.Int64

	members []*member
	byFD    map[int]*member
	ready   []*member // have a turn in this round
	next    []*member // in the next one
	dirty   []*member // have got lines in this turn
	knocked bool      // somebody may wait in the listener's queue
	full    bool      // no descriptor was left
	events  []unix.EpollEvent
	buf     []byte
}

// member is what is known of a client.
type member struct {
	fd, index int
	interest  uint32
	in        []byte // read, and not routed
	tail      int    // bytes since the last newline
	out       []byte // pending
	readable  bool   // as far as is known
	blocked   bool   // write said EAGAIN
	broken    bool   // EPOLLHUP or EPOLLERR
	ended     bool   // nothing comes any more
	doomed    bool   // a line was too long; it and what follows it isn't in in
	queued    bool
	dirty     bool
	closed    bool
}

func (m *member) slow() bool { return len(m.out) >= MaxPending }

func (m *member) wantsMore() bool { return !m.ended && !m.doomed && len(m.in) <= ahead }

func (m *member) hasLine() bool { return len(m.in) > m.tail }

// Start starts to serve the clients that connect to listener, also those that have
// connected before, and returns without waiting for any.
//
// Listener is the descriptor of a stream socket that listens, of any family. It may be
// blocking or not. From now on it is the server's own. If Start can't start, it returns
// an error; then listener is still the caller's, and nothing else is left open.
//
// Mode is how clients are registered with epoll; what the clients see is the same with
// both. How the listener is registered is left open.
//
// For each line route is called, by the server's goroutine, with the line without its
// newline. It says who gets the line, and while it runs nobody is served. The slice is
// not used by route after it has returned, and route doesn't change it.
//
// A client that sends MaxLine bytes without a newline among them is closed, whatever is
// pending for it.
func Start(listener int, mode Mode, route func(line []byte) To) (*Server, error) {
	kind, err := unix.GetsockoptInt(listener, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil {
		return nil, fmt.Errorf("epoll: the listener: %w", err)
	}
	listens, err := unix.GetsockoptInt(listener, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if err != nil {
		return nil, fmt.Errorf("epoll: the listener: %w", err)
	}
	if kind != unix.SOCK_STREAM || listens == 0 {
		return nil, fmt.Errorf("epoll: the listener: %w", unix.EINVAL)
	}
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: epoll_create1: %w", err)
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(ep)
		return nil, fmt.Errorf("epoll: eventfd: %w", err)
	}
	s := &Server{
		route: route, listener: listener, epoll: ep, bell: bell,
		done: make(chan struct{}),
		byFD: make(map[int]*member),
		buf:  make([]byte, turn),
	}
	if mode == Edge {
		s.edge = unix.EPOLLET
	}
	err = s.watch(unix.EPOLL_CTL_ADD, bell, unix.EPOLLIN)
	if err == nil {
		err = s.watch(unix.EPOLL_CTL_ADD, listener, unix.EPOLLIN|unix.EPOLLET)
	}
	if err == nil {
		err = unix.SetNonblock(listener, true)
	}
	if err != nil {
		unix.Close(bell)
		unix.Close(ep)
		return nil, fmt.Errorf("epoll: the listener: %w", err)
	}
	unix.CloseOnExec(listener)
	go s.serve()
	return s, nil
}

func (s *Server) watch(op, fd int, what uint32) error {
	return unix.EpollCtl(s.epoll, op, fd, &unix.EpollEvent{Events: what, Fd: int32(fd)})
}

func (s *Server) serve() {
	defer close(s.done)
	for !s.stopped.Load() {
		s.look()
		if s.knocked {
			s.accept()
		}
		s.ready, s.next = s.next, s.ready[:0]
		for _, m := range s.ready {
			m.queued = false
			if s.stopped.Load() {
				break
			}
			if !m.closed {
				s.turn(m)
			}
		}
		clear(s.ready)
	}
	for len(s.members) > 0 {
		s.close(s.members[len(s.members)-1])
	}
	unix.Close(s.listener)
	unix.Close(s.epoll)
}

// look waits, unless something is left to do, and notes what has happened.
func (s *Server) look() {
	timeout := -1
	if s.knocked || len(s.next) > 0 {
		timeout = 0
	}
	if want := len(s.members) + 8; len(s.events) < want {
		s.events = make([]unix.EpollEvent, 2*want)
	}
	n, err := unix.EpollWait(s.epoll, s.events, timeout)
	if err == unix.EINTR {
		return
	}
	if err != nil {
		panic(fmt.Sprintf("epoll: epoll_wait: %v", err))
	}
	for _, e := range s.events[:n] {
		switch fd := int(e.Fd); fd {
		case s.bell: // stopped has been set
		case s.listener:
			s.knocked = true
		default:
			m := s.byFD[fd]
			if m == nil {
				continue
			}
			if e.Events&(unix.EPOLLHUP|unix.EPOLLERR) != 0 {
				m.broken, m.readable = true, true
			}
			if e.Events&unix.EPOLLIN != 0 {
				m.readable = true
			}
			if e.Events&unix.EPOLLOUT != 0 {
				m.blocked = false
			}
			s.enqueue(m)
		}
	}
	// Who can be written to is so before anything is routed: nobody misses a line
	// for what there is room for.
	for _, m := range s.next {
		if !m.closed && !m.blocked && len(m.out) > 0 {
			s.flush(m)
		}
	}
}

func (s *Server) enqueue(m *member) {
	if !m.queued {
		m.queued = true
		s.next = append(s.next, m)
	}
}

func (s *Server) accept() {
	for range knocks {
		n, _, err := unix.Syscall6(unix.SYS_ACCEPT4, uintptr(s.listener), 0, 0,
			unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
		switch err {
		case 0:
		case unix.EAGAIN:
			s.knocked, s.full = false, false
			return
		case unix.EINTR, unix.ECONNABORTED, unix.EPERM, unix.ENETDOWN, unix.EPROTO, unix.ENOPROTOOPT,
			unix.EHOSTDOWN, unix.ENONET, unix.EHOSTUNREACH, unix.EOPNOTSUPP, unix.ENETUNREACH:
			continue
		default: // EMFILE above all
			s.knocked, s.full = false, true
			return
		}
		m := &member{fd: int(n), index: len(s.members), interest: unix.EPOLLIN}
		if s.watch(unix.EPOLL_CTL_ADD, m.fd, m.interest|s.edge) != nil {
			unix.Close(m.fd)
			continue
		}
		s.members = append(s.members, m)
		s.byFD[m.fd] = m
		s.count.Add(1)
	}
}

// turn does for m what there is to do, or a part of it.
func (s *Server) turn(m *member) {
	if m.broken && len(m.out) > 0 {
		s.close(m)
		return
	}
	if m.readable && m.wantsMore() && (m.slow() || !m.hasLine()) {
		s.read(m)
	}
	budget := turn
	for budget > 0 && m.hasLine() && !m.slow() && !s.stopped.Load() {
		line := m.in[:bytes.IndexByte(m.in, '\n')+1]
		m.in = m.in[len(line):]
		budget -= len(line)
		switch s.route(line[:len(line)-1]) {
		case Sender:
			s.give(m, line)
		case Others:
			for _, o := range s.members {
				if o != m && !o.ended && !o.slow() {
					s.give(o, line)
				}
			}
		}
	}
	if !m.hasLine() {
		m.in = bytes.Clone(m.in) // as much memory as it needs
		if len(m.in) == 0 {
			m.in = nil
		}
	}
	for i, o := range s.dirty {
		s.dirty[i], o.dirty = nil, false
		s.flush(o)
	}
	s.dirty = s.dirty[:0]
	if !m.closed {
		s.settle(m)
	}
}

func (s *Server) give(m *member, line []byte) {
	m.out = append(m.out, line...)
	if !m.dirty && !m.blocked {
		m.dirty = true
		s.dirty = append(s.dirty, m)
	}
}

func (s *Server) read(m *member) {
	n, err := unix.Read(m.fd, s.buf)
	switch {
	case err == unix.EINTR:
		return
	case err == unix.EAGAIN:
		m.readable = false
		return
	case err != nil:
		m.broken, n = true, 0
	}
	if n <= 0 { // what is left in in is no line
		m.ended = true
		m.in = m.in[:len(m.in)-m.tail]
		m.tail = 0
		return
	}
	for part := s.buf[:n]; len(part) > 0; {
		end := bytes.IndexByte(part, '\n') + 1
		size := end
		if end == 0 {
			size = len(part)
		}
		if m.tail+size > MaxLine || end == 0 && m.tail+size == MaxLine {
			m.doomed = true
			m.in = m.in[:len(m.in)-m.tail]
			m.tail = 0
			return
		}
		m.in = append(m.in, part[:size]...)
		m.tail += size
		if end > 0 {
			m.tail = 0
		}
		part = part[size:]
	}
}

func (s *Server) flush(m *member) {
	for len(m.out) > 0 && !m.blocked {
		// Not write: the descriptor may be 1 or 2.
		n, err := unix.SendmsgN(m.fd, m.out, nil, nil, unix.MSG_NOSIGNAL)
		switch err {
		case nil:
			m.out = m.out[n:]
		case unix.EINTR:
		case unix.EAGAIN:
			m.blocked = true
		default:
			s.close(m)
			return
		}
	}
	if len(m.out) == 0 {
		m.out = nil
	}
	s.settle(m)
}

// settle decides what comes next for m.
func (s *Server) settle(m *member) {
	switch {
	case m.doomed && (m.slow() || !m.hasLine()),
		m.broken && len(m.out) > 0,
		m.ended && !m.hasLine() && len(m.out) == 0:
		s.close(m)
		return
	}
	var interest uint32
	if m.wantsMore() {
		interest |= unix.EPOLLIN
	}
	if m.blocked && len(m.out) > 0 {
		interest |= unix.EPOLLOUT
	}
	if interest != m.interest {
		m.interest = interest
		if s.watch(unix.EPOLL_CTL_MOD, m.fd, interest|s.edge) != nil {
			s.close(m)
			return
		}
	}
	if m.readable && m.wantsMore() || m.hasLine() && !m.slow() {
		s.enqueue(m)
	}
}

func (s *Server) close(m *member) {
	m.closed = true
	last := len(s.members) - 1
	s.members[m.index] = s.members[last]
	s.members[m.index].index = m.index
	s.members = slices.Delete(s.members, last, last+1)
	delete(s.byFD, m.fd)
	s.watch(unix.EPOLL_CTL_DEL, m.fd, 0)
	unix.Close(m.fd)
	m.in, m.out = nil, nil
	s.count.Add(-1)
	if s.full {
		s.full, s.knocked = false, true
	}
}

// Clients returns how many clients are connected: accepted, and not closed by the
// server. Any goroutine may call it at any time, also after Stop, when it returns 0.
func (s *Server) Clients() int {
	return int(s.count.Load())
}

// Stop ends the service. It wakes the server's goroutine, which closes all connections,
// whatever is pending, and the listener, and ends. If route is running, Stop waits until
// it has returned. Stop is called once, from another goroutine than the server's. When
// it returns, everything has been closed.
func (s *Server) Stop() {
	s.stopped.Store(true)
	unix.Write(s.bell, []byte{1, 0, 0, 0, 0, 0, 0, 1})
	<-s.done
	unix.Close(s.bell)
}
