// Package echo looks every 10 ms whether a client is left, as the Shutdown of net/http
// does, instead of waiting to be told.
package echo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// pause is the time between an error of Accept and the next try: long enough to
// cost nothing, and short enough for Shutdown to wait for its end.
const pause = 20 * time.Millisecond

// Server sends back to each of its clients what that client sends.
type Server struct {
	listener net.Listener
	// running counts the goroutine that accepts as well. It starts the others,
	// so the count never goes up from zero while Shutdown waits.
	running sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]bool
	forced bool
}

// Listen listens on a TCP address and serves there as Serve does.
func Listen(address string) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return Serve(listener), nil
}

// Serve starts to serve the clients that connect to listener.
func Serve(listener net.Listener) *Server {
	s := &Server{listener: listener, conns: map[net.Conn]bool{}}
	s.running.Go(s.accept)
	return s
}

// Addr returns the address that the server listens on.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			time.Sleep(pause)
		default:
			s.add(conn)
			s.running.Go(func() { s.echo(conn) })
		}
	}
}

// echo needs no look at the error of Copy: end of file or broken, the client is
// gone.
func (s *Server) echo(conn net.Conn) {
	defer s.remove(conn)
	io.Copy(conn, conn)
}

// add closes a connection that was accepted in the moment of the closing by
// force, for nobody would do it later.
func (s *Server) add(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[conn] = true
	if s.forced {
		conn.Close()
	}
}

func (s *Server) remove(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
	conn.Close()
}

// Shutdown closes the listener, waits for the clients, and closes what is left
// when ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	s.listener.Close()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		s.mu.Lock()
		left := len(s.conns)
		s.mu.Unlock()
		if left == 0 {
			s.running.Wait()
			return nil
		}
		select {
		case <-look.C: // want "waits at Shutdown until its clients have left" busy
		case <-ctx.Done():
			s.force()
			s.running.Wait()
			return ctx.Err()
		}
	}
}

func (s *Server) force() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forced = true
	for conn := range s.conns {
		conn.Close()
	}
}

// Echo sends message and returns it if it comes back.
func Echo(ctx context.Context, address string, message []byte) ([]byte, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()

	sent := make(chan struct{})
	go func() {
		defer close(sent)
		// If this fails, so does reading, or it ends early.
		conn.Write(message)
		conn.(*net.TCPConn).CloseWrite()
	}()
	// One byte more than expected is enough to know that there is more.
	back, err := io.ReadAll(io.LimitReader(conn, int64(len(message))+1))
	conn.Close()
	<-sent
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, err
	case !bytes.Equal(back, message):
		return nil, fmt.Errorf("echo: sent %d bytes and got %d others back", len(message), len(back))
	}
	return back, nil
}
