package echo

import (
	"context"
	"net"
)

// Server sends back to each of its clients what that client sends.
type Server struct {
	// TODO: what must a server know of its clients, to stop well?
}

// Listen listens on a TCP address, such as "127.0.0.1:7777", and serves there as
// Serve does. With port 0 the system chooses a free port, and Addr tells which.
// If the address can't be listened on, for example because it is in use, Listen
// returns an error.
func Listen(address string) (*Server, error) {
	panic("TODO: implement Listen")
}

// Serve starts to serve the clients that connect to listener, and returns without
// waiting for any. The goroutines that accept and echo are the server's own, and
// from now on so is listener. A listener may be of any type; the connections
// that it accepts are always of type *net.TCPConn.
//
// Each client gets back what it sends, byte for byte, as it comes. When a client
// closes the connection or its writing side of it, the server sends back all that
// it got and then closes the connection. If the connection breaks, the server
// closes it and goes on with the others.
//
// Accepting ends when Accept returns net.ErrClosed, whoever closed the listener:
// Accept is not called again, and the clients that are connected are served on.
// After any other error, such as too many open files, the server tries again, as
// often as it takes. Before it does so it pauses, for a millisecond at least and
// 50 at most, in which nobody calls Accept.
func Serve(listener net.Listener) *Server {
	panic("TODO: implement Serve")
}

// Addr returns the address that the server listens on. Its port is the real one,
// even if port 0 was asked for.
func (s *Server) Addr() net.Addr {
	panic("TODO: implement Addr")
}

// Shutdown stops the server. It first closes the listener, so that no client
// comes in any more, and then waits until the last client has left. Until then,
// the clients that Accept has returned are served as before, also those that have
// not sent anything yet. Then Shutdown returns nil.
//
// If ctx ends first, Shutdown closes the connections that are left, whatever they
// are doing, and returns ctx.Err(). If ctx has ended and there is no connection to
// close, it may return either.
//
// A client that the system has connected and Accept has not returned is lost with
// the listener. If Accept returns one while the listener is being closed, it may
// be served or closed at once; when ctx has ended, it is closed.
//
// Either way nothing of the server is left when Shutdown returns: each goroutine
// has ended, also one that Accept keeps waiting, and Close has returned for each
// connection. Shutdown is called once for a server.
func (s *Server) Shutdown(ctx context.Context) error {
	panic("TODO: implement Shutdown")
}

// Echo connects to the server at a TCP address, sends message, closes the writing
// side and reads until the server ends the connection. It returns what came
// back, if that is message. If the server can't be reached, breaks the connection
// (also after it has sent everything back) or sends back anything else, be it less
// or more, Echo returns an error.
//
// A message may be empty, and it may be larger than all that the system buffers
// between the two sides.
//
// If ctx ends first, Echo returns an error that wraps ctx.Err(). When Echo
// returns, its connection is closed and no goroutine that it started is left.
func Echo(ctx context.Context, address string, message []byte) ([]byte, error) {
	panic("TODO: implement Echo")
}
