// Package dispatcher is the loop of a mail server that hands jobs to a handler until it is stopped. Fixed: New sets what Stop cancels, so Stop works whether Run has begun or not.
package dispatcher

import (
	"context"
	"errors"
	"sync"
)

// ErrStopped is what Submit returns once the dispatcher is stopped.
var ErrStopped = errors.New("dispatcher stopped")

// Dispatcher runs jobs, one after the other.
type Dispatcher struct {
	handle func(ctx context.Context, job string)
	jobs   chan string
	done   chan struct{}

	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	handled int
}

// New returns a dispatcher that is yet to be run.
func New(handle func(ctx context.Context, job string)) *Dispatcher {
	ctx, cancel := context.WithCancel(context.Background())
	return &Dispatcher{
		ctx:    ctx,
		cancel: cancel,
		handle: handle,
		jobs:   make(chan string),
		done:   make(chan struct{}),
	}
}

// Run handles jobs until Stop is called. Call it once.
func (d *Dispatcher) Run() {
	defer close(d.done)
	for {
		select {
		case <-d.ctx.Done():
			return
		case job := <-d.jobs:
			d.handle(d.ctx, job)
			d.mu.Lock()
			d.handled++
			d.mu.Unlock()
		}
	}
}

// Submit hands over a job.
func (d *Dispatcher) Submit(job string) error {
	select {
	case d.jobs <- job:
		return nil
	case <-d.done:
		return ErrStopped
	}
}

// Stop ends Run and waits until it has returned.
func (d *Dispatcher) Stop() {
	d.cancel()
	<-d.done
}

// Handled returns how many jobs were handled.
func (d *Dispatcher) Handled() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.handled
}
