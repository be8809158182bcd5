// Package socketpool is a pool of sockets to one upstream server. Fixed: Get lets the lock go before it waits.
package socketpool

import (
	"context"
	"errors"
	"sync"
)

// ErrClosed means that the pool hands out no more sockets.
var ErrClosed = errors.New("pool is closed")

// Socket is a connection to the upstream server.
type Socket struct {
	ID     int
	Uses   int
	closed bool
}

// Pool hands out up to limit sockets.
type Pool struct {
	limit int
	quit  chan struct{}

	mu     sync.Mutex
	opened int
	closed bool
	idle   chan *Socket
}

// New returns a pool that opens sockets as they are needed.
func New(limit int) *Pool {
	return &Pool{limit: limit, quit: make(chan struct{}), idle: make(chan *Socket, limit)}
}

// Get returns a socket for exclusive use: an idle one, a new one, or, at the limit,
// the next that is put back.
func (p *Pool) Get(ctx context.Context) (*Socket, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	select {
	case s := <-p.idle:
		p.mu.Unlock()
		return s, nil
	default:
	}
	if p.opened < p.limit {
		p.opened++
		id := p.opened
		p.mu.Unlock()
		return &Socket{ID: id}, nil
	}
	p.mu.Unlock()
	select {
	case s := <-p.idle:
		return s, nil
	case <-p.quit:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Put returns a socket to the pool.
func (p *Pool) Put(s *Socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Uses++
	if p.closed {
		s.closed = true
		p.opened--
		return
	}
	p.idle <- s // has room for all that were opened
}

// Close closes idle sockets now and the others when they are put back.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	close(p.quit)
	for {
		select {
		case s := <-p.idle:
			s.closed = true
			p.opened--
		default:
			return
		}
	}
}

// Open returns how many sockets are open.
func (p *Pool) Open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened
}
