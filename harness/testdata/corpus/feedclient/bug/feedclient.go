// Package feedclient is a client of a feed that connects in the background and connects again when the connection is lost. Bug (deadlock): each failed attempt to connect replaces the channel on which callers wait for a connection, and those that wait on the old one are never told.
package feedclient

import (
	"context"
	"errors"
	"sync"
)

// Conn is a connection to the feed.
type Conn interface {
	// Send fails when the connection is lost.
	Send(message string) error
}

// Dial connects to the feed.
type Dial func() (Conn, error)

// ErrClosed means that the client is closed.
var ErrClosed = errors.New("client is closed")

// Client keeps one connection up.
type Client struct {
	dial   Dial
	lost   chan Conn
	quit   chan struct{}
	done   chan struct{}
	closed sync.Once

	mu    sync.Mutex
	conn  Conn          // nil while there is none
	ready chan struct{} // closed when there is one
}

// New returns a client that begins to connect; it is to be closed.
func New(dial Dial) *Client {
	c := &Client{
		dial:  dial,
		lost:  make(chan Conn),
		quit:  make(chan struct{}),
		done:  make(chan struct{}),
		ready: make(chan struct{}),
	}
	go c.run()
	return c
}

// Send sends a message, over as many connections as it takes.
func (c *Client) Send(ctx context.Context, message string) error {
	for {
		c.mu.Lock()
		conn, ready := c.conn, c.ready
		c.mu.Unlock()
		if conn != nil {
			if conn.Send(message) == nil {
				return nil
			}
			select {
			case c.lost <- conn:
			case <-c.quit:
			}
			continue
		}
		select {
		case <-ready:
		case <-c.quit:
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close ends the client.
func (c *Client) Close() {
	c.closed.Do(func() { close(c.quit) })
	<-c.done
}

func (c *Client) run() {
	defer close(c.done)
	for {
		select {
		case <-c.quit:
			return
		default:
		}
		conn, err := c.dial()
		c.mu.Lock()
		if err != nil {
			// The next attempt is a new one to wait for.
			c.ready = make(chan struct{})
			c.mu.Unlock()
			continue
		}
		c.conn = conn
		close(c.ready)
		c.mu.Unlock()
		if !c.serve(conn) {
			return
		}
	}
}

// serve waits until a connection is lost; it returns false when the client ends.
func (c *Client) serve(conn Conn) bool {
	for {
		select {
		case failed := <-c.lost:
			if failed != conn {
				continue // somebody noticed late
			}
			c.mu.Lock()
			c.conn, c.ready = nil, make(chan struct{})
			c.mu.Unlock()
			return true
		case <-c.quit:
			c.mu.Lock()
			c.conn, c.ready = nil, make(chan struct{})
			c.mu.Unlock()
			return false
		}
	}
}
