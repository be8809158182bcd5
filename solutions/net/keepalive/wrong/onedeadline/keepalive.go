// Package keepalive sets a deadline when a connection begins, and none after that:
// one that is used again and again is closed in the middle of it.
package keepalive

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

var (
	// ErrMalformed is returned for what breaks the rules of a request or its body.
	ErrMalformed = errors.New("keepalive: malformed request")
	// ErrTooLarge is returned for more bytes than the limit allows.
	ErrTooLarge = errors.New("keepalive: header too large")
)

// Response is what a handler answers.
type Response struct {
	Status int
	Header map[string]string
	Body   []byte
	Close  bool
}

// Handler answers a request.
type Handler func(*Request) Response

// Limits bound what a peer can make the server keep, and for how long.
type Limits struct {
	Header int
	Idle   time.Duration
}

// Server answers requests on the connections of a listener.
type Server struct {
	listener net.Listener
	handle   Handler
	limits   Limits
	// running counts the goroutine that accepts as well, which starts the others.
	running sync.WaitGroup

	mu sync.Mutex
	// conns tells of each connection whether a handler is at work for it.
	conns    map[net.Conn]bool
	stopping bool
}

// Serve starts to serve the connections that listener accepts.
func Serve(listener net.Listener, handle Handler, limits Limits) *Server {
	s := &Server{listener: listener, handle: handle, limits: limits, conns: map[net.Conn]bool{}}
	s.running.Go(s.accept)
	return s
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.running.Go(func() { s.serve(conn) })
	}
}

// serve has one reader for all the requests of a connection: what it has read ahead
// is the beginning of the next one.
func (s *Server) serve(conn net.Conn) {
	defer s.remove(conn)
	r := bufio.NewReader(conn)
	s.wait(conn) // want "waits until its idle limit, one for a header and one for each part of a body" wrong
	for s.turn(conn, false) {
		request, err := ReadRequest(r, s.limits.Header)
		switch {
		case errors.Is(err, ErrMalformed):
			send(conn, &Request{}, Response{Status: 400, Close: true})
			return
		case errors.Is(err, ErrTooLarge):
			send(conn, &Request{}, Response{Status: 431, Close: true})
			return
		case err != nil || !s.turn(conn, true):
			return
		}
		// What the handler does to its request changes nothing here.
		seen, rest := *request, patient{s, conn, request.Body}
		kept := seen.keeps()
		request.Body = rest
		response := s.handle(request)
		response.Close = response.Close || !kept
		if send(conn, &seen, response) != nil || response.Close || !s.turn(conn, false) || !skip(rest) {
			return
		}
	}
}

// turn notes whether a handler is at work, and returns false if the server stops. To
// look at the one and note the other must be one step: Shutdown closes connections
// for which it sees no handler.
func (s *Server) turn(conn net.Conn, busy bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	s.conns[conn] = busy
	return true
}

func (s *Server) remove(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
	conn.Close()
}

// wait limits how long the next Reads wait for the peer.
func (s *Server) wait(conn net.Conn) {
	if s.limits.Idle > 0 {
		conn.SetReadDeadline(time.Now().Add(s.limits.Idle))
	}
}

// patient is a body that the handler reads.
type patient struct {
	server *Server
	conn   net.Conn
	body   io.Reader
}

func (p patient) Read(buffer []byte) (int, error) {
	return p.body.Read(buffer)
}

// most is how many bytes of a body that nobody wants are read to keep a connection.
const most = 256 << 10

// skip reads what is left of a body, and returns false if the connection is of no
// use any more.
func skip(rest io.Reader) bool {
	n, err := io.Copy(io.Discard, io.LimitReader(rest, most+1))
	return err == nil && n <= most
}

// send writes a response in one piece.
func send(conn net.Conn, request *Request, response Response) error {
	var text strings.Builder
	fmt.Fprintf(&text, "HTTP/1.1 %03d \r\n", response.Status)
	for name, value := range response.Header {
		fmt.Fprintf(&text, "%s: %s\r\n", name, value)
	}
	switch {
	case response.Close:
		text.WriteString("Connection: close\r\n")
	case request.Minor == 0:
		text.WriteString("Connection: keep-alive\r\n")
	}
	bodiless := response.Status == 204 || response.Status == 304
	if !bodiless {
		fmt.Fprintf(&text, "Content-Length: %d\r\n", len(response.Body))
	}
	text.WriteString("\r\n")
	if !bodiless && request.Method != "HEAD" {
		text.Write(response.Body)
	}
	_, err := io.WriteString(conn, text.String())
	return err
}

// Shutdown stops the server.
func (s *Server) Shutdown(ctx context.Context) error {
	s.listener.Close()
	s.stop(func(busy bool) bool { return !busy })
	over := make(chan struct{})
	go func() {
		s.running.Wait()
		close(over)
	}()
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		s.stop(func(bool) bool { return true })
		<-over
		return ctx.Err()
	}
}

// stop closes the connections of those that are chosen. From the first time on,
// nobody begins with another request.
func (s *Server) stop(chosen func(busy bool) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopping = true
	for conn, busy := range s.conns {
		if chosen(busy) {
			conn.Close()
		}
	}
}
