// Package jobintake is a pool of workers behind a queue: jobs that were taken in are run, also those that wait when the pool is closed. Fixed: Submit looks and sends under a read lock, and Close closes the queue under the write lock.
package jobintake

import (
	"errors"
	"sync"
	"sync/atomic"
)

// ErrClosed is what Submit returns once the pool is closed.
var ErrClosed = errors.New("pool closed")

// Pool runs jobs.
type Pool struct {
	queue   chan func()
	mu      sync.RWMutex
	closed  bool
	workers sync.WaitGroup
	ran     atomic.Int64
}

// New starts so many workers behind a queue of so many jobs.
func New(workers, queue int) *Pool {
	p := &Pool{queue: make(chan func(), queue)}
	for range workers {
		p.workers.Go(p.work)
	}
	return p
}

func (p *Pool) work() {
	for job := range p.queue {
		job()
		p.ran.Add(1)
	}
}

// Submit queues a job. It waits while the queue is full.
func (p *Pool) Submit(job func()) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.closed {
		return ErrClosed
	}
	p.queue <- job
	return nil
}

// Close takes no more jobs and waits until those that were taken have run. Call
// it once.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	close(p.queue)
	p.mu.Unlock()
	p.workers.Wait()
}

// Ran returns how many jobs have run.
func (p *Pool) Ran() int { return int(p.ran.Load()) }
