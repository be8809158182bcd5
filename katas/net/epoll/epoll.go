//go:build linux

package epoll

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
	// Others get it: all clients that are connected, as Clients counts them, but the
	// sender.
	Others
)

// Server serves many clients with one goroutine.
type Server struct {
	// TODO: what must a server know of its clients when no stack knows it?
}

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
// A client that sends MaxLine bytes without a newline among them is closed, and what is
// pending for it is not waited for. Only of a client that counts as slow may the server
// not know yet what it has sent.
func Start(listener int, mode Mode, route func(line []byte) To) (*Server, error) {
	panic("TODO: implement Start")
}

// Clients returns how many clients are connected: accepted, and not closed by the
// server. Any goroutine may call it at any time, also after Stop, when it returns 0.
func (s *Server) Clients() int {
	panic("TODO: implement Clients")
}

// Stop ends the service. It wakes the server's goroutine, which closes all connections,
// whatever is pending, and the listener, and ends. If route is running, Stop waits until
// it has returned. Stop is called once, from another goroutine than the server's. When
// it returns, everything has been closed.
func (s *Server) Stop() {
	panic("TODO: implement Stop")
}
