// Package jobintake is a pool of workers behind a queue: jobs that were taken in are run, also those that wait when the pool is closed. Bug (panic): Submit looks whether the pool is closed and then sends, and Close may close the queue in between.
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
	closed  atomic.Bool
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
	if p.closed.Load() {
		return ErrClosed
	}
	p.queue <- job
	return nil
}

// Close takes no more jobs and waits until those that were taken have run. Call
// it once.
func (p *Pool) Close() {
	p.closed.Store(true)
	close(p.queue)
	p.workers.Wait()
}

// Ran returns how many jobs have run.
func (p *Pool) Ran() int { return int(p.ran.Load()) }
