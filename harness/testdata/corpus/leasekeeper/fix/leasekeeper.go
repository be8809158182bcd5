// Package leasekeeper is a holder of a lease that renews it in the background until it is released. Fixed: the goroutine ends when the lease is done.
package leasekeeper

import (
	"errors"
	"sync"
	"time"
)

// ErrTaken means that somebody else holds the lease.
var ErrTaken = errors.New("lease is taken")

// Registry says who holds which lease.
type Registry struct {
	mu      sync.Mutex
	holders map[string]*Lease
}

// Lease is held from Acquire to Release.
type Lease struct {
	registry *Registry
	name     string
	ticker   *time.Ticker
	done     chan struct{}

	mu       sync.Mutex
	renewals int
	released bool
}

// NewRegistry returns a registry without leases.
func NewRegistry() *Registry { return &Registry{holders: map[string]*Lease{}} }

// Acquire takes a lease and renews it at every interval.
func (r *Registry) Acquire(name string, every time.Duration) (*Lease, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.holders[name] != nil {
		return nil, ErrTaken
	}
	lease := &Lease{registry: r, name: name, ticker: time.NewTicker(every), done: make(chan struct{})}
	r.holders[name] = lease
	go lease.keep()
	return lease, nil
}

// Held reports whether somebody holds a lease.
func (r *Registry) Held(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.holders[name] != nil
}

// keep renews the lease.
func (l *Lease) keep() {
	for {
		select {
		case <-l.ticker.C:
			l.renew()
		case <-l.done:
			return
		}
	}
}

// renew reports whether the lease is still held.
func (l *Lease) renew() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.released {
		return false
	}
	l.renewals++
	return true
}

// Done is closed when the lease is released.
func (l *Lease) Done() <-chan struct{} { return l.done }

// Release gives the lease back; only the first call does something.
func (l *Lease) Release() {
	l.mu.Lock()
	if l.released {
		l.mu.Unlock()
		return
	}
	l.released = true
	l.mu.Unlock()

	l.ticker.Stop()
	l.registry.mu.Lock()
	delete(l.registry.holders, l.name)
	l.registry.mu.Unlock()
	close(l.done)
}
