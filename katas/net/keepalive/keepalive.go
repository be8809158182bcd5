package keepalive

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"time"
)

var (
	// ErrMalformed is returned for what breaks the rules of a request or its body.
	ErrMalformed = errors.New("keepalive: malformed request")
	// ErrTooLarge is returned for more bytes than the limit allows.
	ErrTooLarge = errors.New("keepalive: header too large")
)

// Request is what a client asks for.
type Request struct {
	// Method and Target are those of the request line, as they came.
	Method, Target string
	// Minor is 1 for HTTP/1.1 and 0 for HTTP/1.0.
	Minor int
	// Header holds the fields by their names, in lower case. If a name comes
	// several times, its values are joined with ", " in their order.
	Header map[string]string
	// Body is never nil. It ends in io.EOF when the whole body, with all that
	// belongs to its chunks, has been read; if there is none, at once.
	Body io.Reader
}

// Response is what a handler answers.
type Response struct {
	// Status has three digits, the first of which is not 1.
	Status int
	// Header holds fields to send. Names and values are fit to be sent, and none
	// of them is Content-Length, Connection or Transfer-Encoding.
	Header map[string]string
	Body   []byte
	// Close asks the server to close the connection after the response.
	Close bool
}

// Handler answers a request. It reads as much of the body as it likes, and nothing
// of it after it has returned. It may be called by many goroutines at once. The
// request is its own: what it assigns there changes nothing of how the server goes on.
type Handler func(*Request) Response

// Limits bound what a peer can make the server keep, and for how long.
type Limits struct {
	// Header is the limit that ReadRequest gets.
	Header int
	// Idle is how long the server waits for a peer; 0 is for as long as it takes.
	// The server has no clock of its own for this. It sets the connection's read
	// deadline (SetReadDeadline, or SetDeadline) to Idle from then
	//
	//   - when it begins to wait for a request, on a new connection or after a
	//     response, and this holds until the header is complete, whatever comes
	//     of it meanwhile;
	//   - each time that it begins to wait for a part of a body.
	//
	// When a Read ends with the deadline, the server closes the connection: while
	// it waits for a header, without a response.
	Idle time.Duration
}

// ReadRequest reads the next request from r: all of its header, and nothing of its
// body but what r has in its buffer. The body is read by Request.Body, also from r.
// Once that has returned io.EOF, r is where the next request begins.
//
// The header, from the first byte of the request line to the last of the empty
// line, may have limit bytes. If it has more, the error is ErrTooLarge, or
// ErrMalformed if it is that as well. However long it is, ReadRequest takes limit
// bytes from r at most, and the buffer that r has.
//
// What breaks the rules is ErrMalformed. If r ends before the first byte, the error
// is io.EOF; if it ends inside a header that breaks no rule so far, the error is
// io.ErrUnexpectedEOF. It may be either if what breaks a rule is a line that has not
// come whole, or what whole lines say and not their form. If r fails otherwise, it is
// that error or one that wraps it.
//
// Of the body's errors the same is true: io.EOF is its end and nothing else. If r
// ends before the body does, the error is io.ErrUnexpectedEOF. Each line of a chunk's
// size, and all that stands behind the last of these lines together, may have limit
// bytes; if it has more, the error is ErrTooLarge. A body that has failed goes on
// failing.
func ReadRequest(r *bufio.Reader, limit int) (*Request, error) {
	panic("TODO: implement ReadRequest")
}

// Server answers requests on the connections of a listener.
type Server struct {
	// TODO: what must a server know of its connections, to stop well?
}

// Serve starts to serve the connections that listener accepts, and returns without
// waiting for any. From now on the listener is the server's. Connections may be of
// any type. When Accept fails, no more are accepted, and those that there are go on
// being served.
//
// Each request is handed to handle. Its response is sent as soon as the handler has
// returned, also if not all of the request's body has come. The first line is
// HTTP/1.1, the status and any reason, then come the fields of Response.Header, and
// a Content-Length that tells how long Response.Body is. A response to HEAD has that
// too, and not the body. With status 204 or 304 neither is sent.
//
// After the response the server goes on with the next request, unless
//
//   - the request's Connection field, a list of words in letters of either case with
//     commas between them, has close among them,
//   - the request is of HTTP/1.0, and its Connection field has no keep-alive,
//   - the response asks for it, or
//   - the body has ended with an error, or too much of it has been left unread.
//
// In these cases the server closes the connection; in the first three the response
// says "Connection: close". If HTTP/1.0's connection is kept, the response says
// "Connection: keep-alive".
//
// What the handler has left unread of a body is no part of the next request. Up to
// 64 KiB of it the server reads and drops; if it is more than 1 MiB, the server
// closes the connection before it has read as much; in between it may do either.
//
// If a request's header can't be read, handle is not called for it. If that is
// because of ErrMalformed, the response has the status 400; if because of
// ErrTooLarge, 431. It says "Connection: close", and then the server closes the
// connection, whatever else has come on it. With any other error, such as the end of
// the input, it closes the connection without a response.
func Serve(listener net.Listener, handle Handler, limits Limits) *Server {
	panic("TODO: implement Serve")
}

// Shutdown stops the server. It closes the listener, and the connections on which
// nothing has come of a next request; those on which part of a header has come may
// be closed or answered. Requests whose handler has been called are answered as
// before, and then their connections are closed, also if the next request has come or
// the rest of a body has not.
// When no connection is left, Shutdown returns nil.
//
// If ctx ends first, Shutdown closes the connections that are left, whatever they
// are doing, and returns ctx.Err(). If ctx has ended and there is no connection to
// close, it may return either.
//
// Either way nothing of the server is left when Shutdown returns, and no handler
// runs: a handler that waits for more of its body has got an error, and for one
// that waits for something else Shutdown waits. Shutdown is called once for a
// server.
func (s *Server) Shutdown(ctx context.Context) error {
	panic("TODO: implement Shutdown")
}
