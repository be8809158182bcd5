// Package lazydial is the client of a key server that connects when it is first used and again after its connection broke. Fixed: the connection is looked at under the lock only.
package lazydial

import (
	"errors"
	"fmt"
	"sync"
)

// ErrBroken is what a connection says that can't be used any more.
var ErrBroken = errors.New("connection broken")

// Conn is a connection to the key server.
type Conn interface {
	Lookup(name string) (string, error)
}

// Client asks a key server, over one connection for all callers.
type Client struct {
	address string
	dial    func(address string) (Conn, error)

	mu   sync.Mutex
	conn Conn
}

// New returns a client that has not connected yet.
func New(address string, dial func(address string) (Conn, error)) *Client {
	return &Client{address: address, dial: dial}
}

// connected returns the connection, made if there is none.
func (c *Client) connected() (Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		return c.conn, nil
	}
	conn, err := c.dial(c.address)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", c.address, err)
	}
	c.conn = conn
	return conn, nil
}

// forget drops a connection that broke, unless a newer one has taken its place.
func (c *Client) forget(broken Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == broken {
		c.conn = nil
	}
}

// Lookup returns the key of this name. If the connection broke, it tries once
// more over a new one.
func (c *Client) Lookup(name string) (string, error) {
	for tries := 0; ; tries++ {
		conn, err := c.connected()
		if err != nil {
			return "", err
		}
		key, err := conn.Lookup(name)
		if !errors.Is(err, ErrBroken) || tries > 0 {
			return key, err
		}
		c.forget(conn)
	}
}
