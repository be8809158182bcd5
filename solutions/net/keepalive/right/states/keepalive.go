// Package keepalive refuses a header at the first byte that breaks a rule: a function
// for each state takes a byte and tells the next. The connection itself sets the
// deadline of each Read inside a body, and the context's end closes what is left.
package keepalive

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strconv"
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
	all      sync.WaitGroup // the accepting goroutine and one for each connection

	mu       sync.Mutex
	stopping bool
	peers    map[*peer]bool // whether it is owed a response
}

// peer is a connection. It is also what the connection is read through.
type peer struct {
	net.Conn
	once   sync.Once
	idle   time.Duration
	inBody bool
}

func (p *peer) wait() {
	if p.idle > 0 {
		_ = p.SetReadDeadline(time.Now().Add(p.idle))
	}
}

func (p *peer) Read(b []byte) (int, error) {
	if p.inBody {
		p.wait()
	}
	return p.Conn.Read(b)
}

func (p *peer) Close() error {
	p.once.Do(func() { _ = p.Conn.Close() })
	return nil
}

// Serve starts to serve the connections that listener accepts.
func Serve(listener net.Listener, handle Handler, limits Limits) *Server {
	s := &Server{listener: listener, handle: handle, limits: limits, peers: map[*peer]bool{}}
	s.all.Go(s.accept)
	return s
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		p := &peer{Conn: conn, idle: s.limits.Idle}
		if !s.owe(p, false) {
			_ = p.Close()
			continue
		}
		s.all.Go(func() {
			defer s.forget(p)
			s.talk(p)
		})
	}
}

// owe notes whether p is owed a response, and tells whether to go on with it.
func (s *Server) owe(p *peer, response bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peers[p] = response && !s.stopping
	return !s.stopping
}

func (s *Server) forget(p *peer) {
	_ = p.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.peers, p)
}

func (s *Server) talk(p *peer) {
	r := bufio.NewReaderSize(p, 4096)
	for {
		p.inBody = false
		p.wait()
		request, err := ReadRequest(r, s.limits.Header)
		switch {
		case errors.Is(err, ErrMalformed):
			_, _ = p.Write(compose("", Response{Status: 400}, "close"))
			return
		case errors.Is(err, ErrTooLarge):
			_, _ = p.Write(compose("", Response{Status: 431}, "close"))
			return
		case err != nil:
			return
		}
		p.inBody = true
		if !s.owe(p, true) {
			return
		}
		method, rest, connection := request.Method, request.Body.(*body), ""
		switch {
		case has(request, "close"):
			connection = "close"
		case request.Minor == 0 && has(request, "keep-alive"):
			connection = "keep-alive"
		case request.Minor == 0:
			connection = "close"
		}
		response := s.handle(request)
		if response.Close || rest.failed() {
			connection = "close"
		}
		if _, err := p.Write(compose(method, response, connection)); err != nil {
			return
		}
		if !s.owe(p, false) || connection == "close" {
			return
		}
		if _, err := io.CopyN(io.Discard, rest, 64<<10+1); err != io.EOF {
			return
		}
	}
}

// has tells whether word is in the Connection field.
func has(request *Request, word string) bool {
	for w := range strings.SplitSeq(request.Header["connection"], ",") {
		if strings.EqualFold(strings.Trim(w, " \t"), word) {
			return true
		}
	}
	return false
}

func compose(method string, response Response, connection string) []byte {
	out := []byte("HTTP/1.1 " + strconv.Itoa(response.Status) + " As It Is\r\n")
	for name, value := range response.Header {
		out = append(out, name+": "+value+"\r\n"...)
	}
	if connection != "" {
		out = append(out, "Connection: "+connection+"\r\n"...)
	}
	bare := response.Status == 204 || response.Status == 304
	if !bare {
		out = append(out, "Content-Length: "+strconv.Itoa(len(response.Body))+"\r\n"...)
	}
	out = append(out, "\r\n"...)
	if bare || method == "HEAD" {
		return out
	}
	return append(out, response.Body...)
}

// Shutdown stops the server.
func (s *Server) Shutdown(ctx context.Context) error {
	s.close(false)
	_ = s.listener.Close()
	killed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		s.close(true)
		close(killed)
	})
	s.all.Wait()
	if stop() {
		return nil
	}
	<-killed
	return ctx.Err()
}

// close stops the server and closes connections: all, or those that are owed
// nothing.
func (s *Server) close(all bool) {
	s.mu.Lock()
	s.stopping = true
	var over []*peer
	for p, owed := range s.peers {
		if all || !owed {
			over = append(over, p)
		}
	}
	s.mu.Unlock()
	for _, p := range over {
		_ = p.Close()
	}
}
