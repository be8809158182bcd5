// Package dispatcher is the loop of a mail server that hands jobs to a handler until it is stopped. Bug (order): Run sets what Stop cancels, so a Stop that comes before Run has got there stops nothing and waits for ever.
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

	mu      sync.Mutex
	cancel  context.CancelFunc
	handled int
}

// New returns a dispatcher that is yet to be run.
func New(handle func(ctx context.Context, job string)) *Dispatcher {
	return &Dispatcher{
		handle: handle,
		jobs:   make(chan string),
		done:   make(chan struct{}),
	}
}

// Run handles jobs until Stop is called. Call it once.
func (d *Dispatcher) Run() {
	defer close(d.done)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	d.mu.Lock()
	d.cancel = cancel
	d.mu.Unlock()
	for {
		select {
		case <-ctx.Done():
			return
		case job := <-d.jobs:
			d.handle(ctx, job)
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
	d.mu.Lock()
	cancel := d.cancel
	d.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	<-d.done
}

// Handled returns how many jobs were handled.
func (d *Dispatcher) Handled() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.handled
}
