// Package signals gives up when its time is over and tells only its caller, so the
// work goes on as if nothing had happened.
package signals

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

var (
	// ErrStopping is returned by Do once shutdown has begun.
	ErrStopping = errors.New("signals: shutting down")
	// ErrForced is returned by Drain when the shutdown has been forced by others.
	ErrForced = errors.New("signals: forced to end")
)

// Program listens to SIGUSR1, SIGUSR2 and SIGTERM and knows which work is in
// flight.
type Program struct {
	// One place for each kind: a signal that finds it taken tells no more than
	// the one of its kind that is there, and no other kind can take it.
	usr1, usr2, term chan os.Signal
	heard            chan<- os.Signal
	quit             chan struct{} // closed when no signal comes any more
	finished         chan struct{} // closed when the goroutine has ended
	stopped          sync.Once

	// forced is what all work gets: its end is that of the patience.
	forced context.Context
	force  context.CancelFunc

	mu       sync.Mutex
	counts   map[os.Signal]int
	inFlight int
	begun    bool
	stopping chan struct{} // closed when shutdown begins
	drained  chan struct{} // closed when it has, and no work is in flight
}

// Start begins to listen.
func Start(heard chan<- os.Signal) *Program {
	p := &Program{
		usr1: make(chan os.Signal, 1), usr2: make(chan os.Signal, 1), term: make(chan os.Signal, 1),
		heard:    heard,
		quit:     make(chan struct{}),
		finished: make(chan struct{}),
		counts:   map[os.Signal]int{},
		stopping: make(chan struct{}),
		drained:  make(chan struct{}),
	}
	p.forced, p.force = context.WithCancel(context.Background())
	signal.Notify(p.usr1, syscall.SIGUSR1)
	signal.Notify(p.usr2, syscall.SIGUSR2)
	signal.Notify(p.term, syscall.SIGTERM)
	go p.listen()
	return p
}

func (p *Program) listen() {
	defer close(p.finished)
	for {
		select {
		case kind := <-p.usr1:
			p.hear(kind)
		case kind := <-p.usr2:
			p.hear(kind)
		case kind := <-p.term:
			p.hear(kind)
		case <-p.quit:
			p.rest()
			return
		}
	}
}

// rest hears what had arrived when the signals were given back.
func (p *Program) rest() {
	for _, last := range []chan os.Signal{p.usr1, p.usr2, p.term} {
		select {
		case kind := <-last:
			p.hear(kind)
		default:
		}
	}
}

// hear counts a signal, or acts on it, and then offers it.
func (p *Program) hear(kind os.Signal) {
	if kind != syscall.SIGTERM {
		p.mu.Lock()
		p.counts[kind]++
		p.mu.Unlock()
	} else if !p.begin() {
		p.force()
	}
	select {
	case p.heard <- kind:
	default:
	}
}

// begin begins the shutdown and reports whether it had not begun before.
func (p *Program) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun {
		return false
	}
	p.begun = true
	close(p.stopping)
	if p.inFlight == 0 {
		close(p.drained)
	}
	return true
}

// Count returns how many signals of this kind have been counted since Start.
func (p *Program) Count(kind os.Signal) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[kind]
}

// Do calls work and returns the error that it returns.
func (p *Program) Do(work func(ctx context.Context) error) error {
	if !p.enter() {
		return ErrStopping
	}
	defer p.leave()
	return work(p.forced)
}

// enter looks whether work is still taken and counts it, in one step: once
// shutdown has begun, the number only falls.
func (p *Program) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun {
		return false
	}
	p.inFlight++
	return true
}

func (p *Program) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight--
	if p.begun && p.inFlight == 0 {
		close(p.drained)
	}
}

// Stopping returns a channel that is closed when shutdown begins.
func (p *Program) Stopping() <-chan struct{} { return p.stopping }

// Drain begins the shutdown and waits for the work in flight.
func (p *Program) Drain(ctx context.Context) error {
	p.begin()
	select {
	case <-p.drained:
		return nil
	case <-p.forced.Done():
		return ErrForced
	case <-ctx.Done():
		return ctx.Err() // want "gives up when the context of Drain ends" deadlock
	}
}

// Stop gives the signals back.
func (p *Program) Stop() {
	p.stopped.Do(func() {
		signal.Stop(p.usr1)
		signal.Stop(p.usr2)
		signal.Stop(p.term)
		close(p.quit)
		<-p.finished
	})
}
