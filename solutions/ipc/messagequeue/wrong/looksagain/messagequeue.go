//go:build linux

// Package messagequeue wakes who puts and who takes, and lets Close look again and
// again whether the queue is empty yet.
package messagequeue

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// ErrClosed is returned by Put once the queue is closed, and by Take once it is closed
// and empty.
var ErrClosed = errors.New("messagequeue: closed")

// A call begins with the byte that says which it is. The server answers granted, or
// hangs up. To a Put, granted means that there is room: then the message follows,
// and is granted once more when it is in the queue. To a Take, a message follows at once.
const (
	putting = 'p'
	taking  = 't'
	granted = 'g'
)

// Server keeps a queue in service.
type Server struct {
	listener net.Listener
	// over ends when there is nothing left that a connection must be kept for.
	over   context.Context
	end    context.CancelFunc
	others sync.WaitGroup

	mu       sync.Mutex
	capacity int
	messages [][]byte
	// room counts the messages that are in the queue, or on their way in or out.
	room int
	// calls counts those that have been granted and are not complete yet.
	calls   int
	closed  bool
	changed chan struct{}
}

// Serve puts an empty queue into service.
func Serve(folder string, capacity int) (*Server, error) {
	listener, err := net.Listen("unix", socket(folder))
	if err != nil {
		return nil, err
	}
	s := &Server{listener: listener, capacity: capacity, changed: make(chan struct{})}
	s.over, s.end = context.WithCancel(context.Background())
	s.others.Go(func() {
		for {
			conn, err := listener.Accept()
			switch {
			case errors.Is(err, net.ErrClosed):
				return
			case err == nil:
				s.others.Go(func() { s.attend(conn) })
			}
		}
	})
	return s, nil
}

func socket(folder string) string { return filepath.Join(folder, "queue") }

// Close closes the queue and waits until it is empty.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.announce()
	s.mu.Unlock()
	if again {
		return nil
	}
	var err error
	for empty := false; !empty && err == nil; {
		s.mu.Lock()
		empty = s.drained()
		s.mu.Unlock()
		select {
		case <-time.After(time.Millisecond): // want "lets out what is in the queue, and nothing new in" busy
		case <-ctx.Done():
			if !empty {
				err = ctx.Err()
			}
		}
	}
	s.listener.Close()
	s.end()
	s.others.Wait()
	return err
}

// drained reports, under the lock, whether nothing will ever be taken any more.
func (s *Server) drained() bool { return s.closed && len(s.messages) == 0 && s.calls == 0 }

// announce wakes, under the lock, all who wait for a change.
func (s *Server) announce() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// await tries step, under the lock, at each change until it is done or fails.
func (s *Server) await(ctx context.Context, step func() (bool, error)) error {
	for {
		s.mu.Lock()
		done, err := step()
		if done {
			s.announce()
		}
		changed := s.changed
		s.mu.Unlock()
		if done || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// change does step under the lock and wakes all who wait for it.
func (s *Server) change(step func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	step()
	s.announce()
}

// attend serves one call.
func (s *Server) attend(conn net.Conn) {
	defer conn.Close()
	defer context.AfterFunc(s.over, func() { conn.Close() })()
	in := bufio.NewReader(conn)
	call, err := in.ReadByte()
	if err != nil {
		return
	}
	// Until its call is granted the other side sends nothing more, but may end.
	there, gone := context.WithCancel(s.over)
	defer gone()
	heard := make(chan struct{})
	s.others.Go(func() {
		defer close(heard)
		if _, err := in.Peek(1); err != nil {
			gone()
		}
	})
	switch call {
	case putting:
		s.receive(there, conn, func() ([]byte, error) {
			<-heard
			return readMessage(in)
		})
	case taking:
		s.hand(there, conn)
	}
}

// receive serves a Put.
func (s *Server) receive(ctx context.Context, conn net.Conn, read func() ([]byte, error)) {
	err := s.await(ctx, func() (bool, error) {
		switch {
		case s.closed:
			return false, ErrClosed
		case s.room == s.capacity:
			return false, nil
		}
		s.room++
		s.calls++
		return true, nil
	})
	if err != nil {
		return
	}
	defer s.change(func() { s.calls-- })
	conn.Write([]byte{granted})
	message, err := read()
	if err != nil {
		s.change(func() { s.room-- })
		return
	}
	s.change(func() { s.messages = append(s.messages, message) })
	conn.Write([]byte{granted})
}

// hand serves a Take.
func (s *Server) hand(ctx context.Context, conn net.Conn) {
	var message []byte
	err := s.await(ctx, func() (bool, error) {
		switch {
		case s.drained():
			return false, ErrClosed
		case len(s.messages) == 0:
			return false, nil
		}
		message, s.messages = s.messages[0], s.messages[1:]
		s.calls++
		return true, nil
	})
	if err != nil {
		return
	}
	_, err = conn.Write(frame([]byte{granted}, message))
	s.change(func() {
		s.calls--
		if err != nil {
			s.messages = append([][]byte{message}, s.messages...)
			return
		}
		s.room--
	})
}

// frame appends a message's length and the message.
func frame(to, message []byte) []byte {
	return append(binary.BigEndian.AppendUint64(to, uint64(len(message))), message...)
}

func readMessage(in io.Reader) ([]byte, error) {
	var length uint64
	if err := binary.Read(in, binary.BigEndian, &length); err != nil {
		return nil, err
	}
	message := make([]byte, length)
	_, err := io.ReadFull(in, message)
	return message, err
}

// Queue is one process's way to a queue.
type Queue struct{ path string }

// Open opens the queue that is served in folder.
func Open(folder string) (*Queue, error) {
	if _, err := os.Stat(socket(folder)); err != nil {
		return nil, err
	}
	return &Queue{socket(folder)}, nil
}

// call begins a call. When ctx ends before settle is called, the server reads the
// end of the file, and settle returns false.
func (q *Queue) call(ctx context.Context, kind byte) (conn net.Conn, settle func() bool, err error) {
	conn, err = new(net.Dialer).DialContext(ctx, "unix", q.path)
	if err != nil {
		return nil, nil, failure(ctx, err)
	}
	if _, err := conn.Write([]byte{kind}); err != nil {
		conn.Close()
		return nil, nil, failure(ctx, err)
	}
	return conn, context.AfterFunc(ctx, func() { conn.(*net.UnixConn).CloseWrite() }), nil
}

// failure tells what it means that the server can't be reached, or has hung up.
func failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, gone := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ENOENT, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, gone) {
			return ErrClosed
		}
	}
	return err
}

// granting waits for the answer to a call.
func granting(ctx context.Context, in io.Reader) error {
	if _, err := io.ReadFull(in, make([]byte, 1)); err != nil {
		return failure(ctx, err)
	}
	return nil
}

// Put appends a message.
func (q *Queue) Put(ctx context.Context, message []byte) error {
	conn, settle, err := q.call(ctx, putting)
	if err != nil {
		return err
	}
	defer conn.Close()
	err = granting(ctx, conn)
	if !settle() {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	// There is room, so from here on the server keeps nobody waiting.
	late := context.WithoutCancel(ctx)
	if _, err := conn.Write(frame(nil, message)); err != nil {
		return failure(late, err)
	}
	return granting(late, conn)
}

// Take removes and returns the oldest message.
func (q *Queue) Take(ctx context.Context) ([]byte, error) {
	conn, settle, err := q.call(ctx, taking)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer settle()
	in := bufio.NewReader(conn)
	if err := granting(ctx, in); err != nil {
		return nil, err
	}
	message, err := readMessage(in)
	if err != nil {
		return nil, failure(context.WithoutCancel(ctx), err)
	}
	return message, nil
}

// Close gives back nothing, since a Queue holds nothing.
func (q *Queue) Close() error { return nil }
