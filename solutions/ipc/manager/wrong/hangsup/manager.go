// Package manager takes an error of a call for the end of the connection, so a client that asks for
// a method that nobody knows is hung up on.
package manager

import (
	"bufio"
	"encoding/gob"
	"errors"
	"maps"
	"net"
	"net/rpc"
	"slices"
	"sync"
)

// ErrEmpty says that there is no item to pop.
var ErrEmpty = errors.New("manager: the list is empty")

var errGone = errors.New("manager: the client has gone")

// None is the argument, or the reply, of calls that have none.
type None bool

// At is an item and how long the list must be for it.
type At struct {
	Length int
	Item   string
}

// Entry is a key of the map and its value.
type Entry struct{ Key, Value string }

// Swap is a key of the map, the value that it must have, and the one that it gets.
type Swap struct{ Key, Old, New string }

// Manager serves a list and a map of strings to clients of net/rpc.
type Manager struct {
	listener net.Listener
	state    *state
	serving  sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
}

// Serve starts to serve the clients that connect to listener.
func Serve(listener net.Listener) *Manager {
	m := &Manager{
		listener: listener,
		state:    &state{entries: map[string]string{}, grown: make(chan struct{})},
		conns:    map[net.Conn]bool{},
	}
	m.serving.Go(m.accept)
	return m
}

func (m *Manager) accept() {
	for {
		conn, err := m.listener.Accept()
		if err != nil {
			return
		}
		if !m.add(conn) {
			conn.Close()
			return
		}
		m.serving.Go(func() { m.serve(conn) })
	}
}

// add keeps a connection for Close, unless that has been called.
func (m *Manager) add(conn net.Conn) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	m.conns[conn] = true
	return true
}

// serve serves one client until it has gone and its calls have returned.
func (m *Manager) serve(conn net.Conn) {
	gone := make(chan struct{})
	server := rpc.NewServer()
	server.RegisterName("List", &list{m.state, gone})
	server.RegisterName("Map", &table{m.state})
	through := &line{Conn: conn, gone: gone}
	buffer := bufio.NewWriter(through)
	server.ServeCodec(&codec{through, gob.NewDecoder(through), gob.NewEncoder(buffer), buffer})
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.conns, conn)
}

// Close ends the service.
func (m *Manager) Close() error {
	err := m.listener.Close()
	m.mu.Lock()
	m.closed = true
	for conn := range m.conns {
		conn.Close()
	}
	m.mu.Unlock()
	m.serving.Wait()
	return err
}

// line is a connection that tells when there is nothing more to read from it.
type line struct {
	net.Conn
	gone chan struct{}
	once sync.Once
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if err != nil {
		l.once.Do(func() { close(l.gone) })
	}
	return n, err
}

// codec reads and writes what net/rpc does.
type codec struct {
	conn    net.Conn
	decoder *gob.Decoder
	encoder *gob.Encoder
	buffer  *bufio.Writer
}

func (c *codec) ReadRequestHeader(request *rpc.Request) error { return c.decoder.Decode(request) }

func (c *codec) ReadRequestBody(body any) error { return c.decoder.Decode(body) }

func (c *codec) WriteResponse(response *rpc.Response, body any) error {
	if response.Error != "" {
		defer c.conn.Close() // want "tells a client what can't be done, and serves it on" wrong
	}
	if err := c.encoder.Encode(response); err != nil {
		return err
	}
	if err := c.encoder.Encode(body); err != nil {
		return err
	}
	return c.buffer.Flush()
}

func (c *codec) Close() error { return c.conn.Close() }

// state is what all clients share.
type state struct {
	mu      sync.Mutex
	items   []string
	entries map[string]string
	// grown is closed, and another made, when an item has come.
	grown chan struct{}
}

// append appends an item and wakes whoever waits for one. The lock is held.
func (s *state) append(item string) {
	s.items = append(s.items, item)
	close(s.grown)
	s.grown = make(chan struct{})
}

// list is the service List for one client.
type list struct {
	*state
	gone <-chan struct{}
}

func (l *list) Append(item string, length *int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.append(item)
	*length = len(l.items)
	return nil
}

func (l *list) AppendIf(at At, done *bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	*done = len(l.items) == at.Length
	if *done {
		l.append(at.Item)
	}
	return nil
}

func (l *list) Pop(_ None, last *string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	end := len(l.items) - 1
	if end < 0 {
		return ErrEmpty
	}
	*last = l.items[end]
	l.items = l.items[:end]
	return nil
}

func (l *list) Take(_ None, first *string) error {
	for {
		took, grown := l.take(first)
		if took {
			return nil
		}
		select {
		case <-grown:
		case <-l.gone:
			return errGone
		}
	}
}

// take takes the first item, or tells how to wait for one. A client that has gone
// takes none, even if its call is woken by one that has come since.
func (l *list) take(first *string) (bool, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.gone:
		return false, nil
	default:
	}
	if len(l.items) == 0 {
		return false, l.grown
	}
	*first = l.items[0]
	l.items = l.items[1:]
	return true, nil
}

func (l *list) Items(_ None, items *[]string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	*items = slices.Clone(l.items)
	return nil
}

// table is the service Map.
type table struct{ *state }

func (t *table) Set(entry Entry, _ *None) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.entries[entry.Key] = entry.Value
	return nil
}

func (t *table) Get(key string, value *string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	*value = t.entries[key]
	return nil
}

func (t *table) CompareAndSwap(swap Swap, done *bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	*done = t.entries[swap.Key] == swap.Old
	if *done {
		t.entries[swap.Key] = swap.New
	}
	return nil
}

func (t *table) Items(_ None, entries *map[string]string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	*entries = maps.Clone(t.entries)
	return nil
}
