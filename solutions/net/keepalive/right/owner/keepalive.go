// Package keepalive looks at each byte once, and has no lock: one goroutine owns the
// list of connections, is asked before anybody waits for a request or calls a
// handler, and wakes those who wait by a read deadline in the past.
package keepalive

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strconv"
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

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	marks   = "!#$%&'*+-.^_`|~"
)

// Server answers requests on the connections of a listener.
type Server struct {
	listener net.Listener
	handle   Handler
	limits   Limits

	ask chan question
	// end carries whether the connections that are at work are closed as well.
	end  chan bool
	over chan struct{}
}

// question is what a connection asks the owner.
type question struct {
	conn net.Conn
	what int
	// may is the answer; nobody waits for one to gone.
	may chan bool
}

const (
	wait = iota // May I wait for a request? From now on I am idle.
	work        // May I call the handler? From now on I am at work.
	drop        // May I drop the rest of a body? From now on I owe nothing.
	gone        // I have closed my connection.
	come        // Here is a new connection.
	deaf        // I accept no more.
)

// Serve starts to serve the connections that listener accepts.
func Serve(listener net.Listener, handle Handler, limits Limits) *Server {
	s := &Server{listener: listener, handle: handle, limits: limits,
		ask: make(chan question), end: make(chan bool), over: make(chan struct{})}
	go s.own()
	go s.accept()
	return s
}

// own is the one goroutine that knows the connections. It ends when it has been
// told to and nobody is left.
func (s *Server) own() {
	defer close(s.over)
	busy := map[net.Conn]int{}
	accepting, stopping, forced := true, false, false
	for accepting || len(busy) > 0 || !stopping {
		select {
		case forced = <-s.end:
			stopping = true
			for conn, what := range busy {
				switch {
				case forced, what == drop:
					// One that drops sets the deadline itself.
					conn.Close()
				case what == wait:
					conn.SetReadDeadline(time.Unix(1, 0))
				}
			}
		case q := <-s.ask:
			switch q.what {
			case deaf:
				accepting = false
			case gone:
				delete(busy, q.conn)
			case come:
				busy[q.conn] = come
			case wait:
				// Nobody but the owner sets the deadline of one that is idle, so
				// that none undoes the one that wakes.
				if busy[q.conn] = wait; !stopping {
					s.patience(q.conn)
				}
				q.may <- !stopping
			case work, drop:
				busy[q.conn] = q.what
				q.may <- !stopping
			}
		}
	}
}

func (s *Server) may(conn net.Conn, what int) bool {
	answer := make(chan bool)
	s.ask <- question{conn, what, answer}
	return <-answer
}

func (s *Server) patience(conn net.Conn) {
	if s.limits.Idle > 0 {
		conn.SetReadDeadline(time.Now().Add(s.limits.Idle))
	}
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			s.ask <- question{what: deaf}
			return
		}
		s.ask <- question{conn: conn, what: come}
		go s.serve(conn)
	}
}

func (s *Server) serve(conn net.Conn) {
	r, w := bufio.NewReader(conn), bufio.NewWriter(conn)
	for s.may(conn, wait) && s.one(conn, r, w) {
	}
	w.Flush()
	conn.Close()
	s.ask <- question{conn: conn, what: gone}
}

// one serves one request and reports whether there may be another.
func (s *Server) one(conn net.Conn, r *bufio.Reader, w *bufio.Writer) bool {
	request, err := ReadRequest(r, s.limits.Header)
	switch {
	case errors.Is(err, ErrMalformed):
		respond(w, "400 Bad Request", false, nil, "close", []byte{})
		return false
	case errors.Is(err, ErrTooLarge):
		respond(w, "431 Request Header Fields Too Large", false, nil, "close", []byte{})
		return false
	case err != nil || !s.may(conn, work):
		return false
	}
	body := request.Body
	request.Body = reading(func(p []byte) (int, error) {
		s.patience(conn)
		return body.Read(p)
	})
	rest, head, persistence := request.Body, request.Method == "HEAD", request.persistence()
	response := s.handle(request)
	if response.Close {
		persistence = "close"
	}
	content := response.Body
	if content == nil {
		content = []byte{}
	}
	if response.Status == 204 || response.Status == 304 {
		content = nil
	}
	respond(w, strconv.Itoa(response.Status)+" OK or not", head, response.Header, persistence, content)
	if w.Flush() != nil || persistence == "close" || !s.may(conn, drop) {
		return false
	}
	const most = 64 << 10
	n, err := io.CopyN(io.Discard, rest, most+1)
	return n <= most && err == io.EOF
}

// respond writes a response; one whose content is nil has no length either.
func respond(w *bufio.Writer, status string, head bool, header map[string]string, persistence string, content []byte) {
	w.WriteString("HTTP/1.1 " + status + "\r\n")
	for name, value := range header {
		w.WriteString(name + ": " + value + "\r\n")
	}
	if persistence != "" {
		w.WriteString("Connection: " + persistence + "\r\n")
	}
	if content != nil {
		w.WriteString("Content-Length: " + strconv.Itoa(len(content)) + "\r\n")
	}
	w.WriteString("\r\n")
	if !head {
		w.Write(content)
	}
}

// Shutdown stops the server.
func (s *Server) Shutdown(ctx context.Context) error {
	s.listener.Close()
	select {
	case s.end <- false:
	case <-s.over:
	}
	select {
	case <-s.over:
		return nil
	case <-ctx.Done():
	}
	select {
	case s.end <- true:
		<-s.over
	case <-s.over:
	}
	return ctx.Err()
}
