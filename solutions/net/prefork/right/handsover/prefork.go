//go:build linux

// Package prefork has workers that inherit no listening socket: standard input is a
// Unix socket to the master, and the listening one comes in over it as a message
// (SCM_RIGHTS). In the master, each line of workers is a goroutine. Shutdown ends the
// listening in all processes at once, with shutdown(2).
package prefork

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"
)

// ErrClosed is the error of Scale and Reload after Shutdown.
var ErrClosed = errors.New("prefork: closed")

var errEarlyEnd = errors.New("prefork: a new worker has ended before it called Serve")

// Pauses before a worker is replaced that was not able to start.
const (
	FirstPause   = 100 * time.Millisecond
	LongestPause = 800 * time.Millisecond
)

// Config says what a master keeps.
type Config struct {
	// Workers is how many.
	Workers int
	// Command starts a worker, program first. It calls Serve.
	Command []string
	// After is asked for each pause, once. The pause is over when something can be
	// received from what it returns, and maybe that is never. nil is time.After.
	After func(pause time.Duration) <-chan time.Time
}

// Master is a listening socket and the workers that accept from it.
type Master struct {
	listener *net.TCPListener
	command  []string
	after    func(time.Duration) <-chan time.Time

	turn    chan struct{} // has room for the one Scale or Reload that is under way
	closing chan struct{} // closed when Shutdown begins
	kill    chan struct{} // closed when a Shutdown's patience is over
	gone    chan struct{} // closed when no line is left
	killing sync.Once
	lines   sync.WaitGroup

	mu      sync.Mutex
	workers []*line // as many as the master was told
	trial   []*line // those of a Reload under way
	closed  bool
}

// Start listens and starts the workers.
func Start(address string, config Config) (*Master, error) {
	if config.Workers < 1 {
		return nil, errors.New("prefork: less than one worker")
	}
	if len(config.Command) == 0 {
		return nil, errors.New("prefork: no command")
	}
	// Shutdown is about to shut this socket down, which is plain for TCP alone.
	var plain net.ListenConfig
	plain.SetMultipathTCP(false)
	listener, err := plain.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	m := &Master{
		listener: listener.(*net.TCPListener),
		command:  slices.Clone(config.Command),
		after:    config.After,
		turn:     make(chan struct{}, 1),
		closing:  make(chan struct{}),
		kill:     make(chan struct{}),
		gone:     make(chan struct{}),
	}
	if m.after == nil {
		m.after = time.After
	}
	if err := m.Scale(config.Workers); err != nil {
		impatient, cancel := context.WithCancel(context.Background())
		cancel()
		m.Shutdown(impatient)
		return nil, err
	}
	return m, nil
}

// Addr returns the address that the workers accept from.
func (m *Master) Addr() net.Addr { return m.listener.Addr() }

// Scale starts workers or lets some go.
func (m *Master) Scale(workers int) error {
	if err := m.takeTurn(context.Background()); err != nil {
		return err
	}
	defer m.giveTurn()
	if workers < 1 {
		return errors.New("prefork: less than one worker")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	if workers < len(m.workers) {
		letGo(m.workers[workers:])
		m.workers = slices.Clone(m.workers[:workers])
		return nil
	}
	started, err := m.startLines(workers-len(m.workers), nil)
	m.workers = append(m.workers, started...)
	return err
}

// Reload exchanges the workers for as many new ones.
func (m *Master) Reload(ctx context.Context) error {
	if err := m.takeTurn(ctx); err != nil {
		return err
	}
	defer m.giveTurn()

	m.mu.Lock()
	n := len(m.workers)
	watched := &trial{served: make(chan struct{}, n), failed: make(chan error, n)}
	started, err := m.startLines(n, watched)
	m.trial = started
	m.mu.Unlock()
	if err != nil {
		return err
	}

	err = m.watch(ctx, watched, n)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.trial = nil
	if m.closed {
		return ErrClosed // Shutdown has let all lines go
	}
	select {
	case failed := <-watched.failed:
		err = failed
	default:
	}
	if err != nil {
		letGo(started)
		return err
	}
	for _, line := range started {
		line.trial = nil
	}
	letGo(m.workers)
	m.workers = started
	return nil
}

func (m *Master) watch(ctx context.Context, watched *trial, n int) error {
	for range n {
		select {
		case <-watched.served:
		case err := <-watched.failed:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-m.closing:
			return ErrClosed
		}
	}
	return nil
}

// Shutdown lets all workers go and waits for their end. Shutting the socket down
// refuses clients at once, whoever has it open.
func (m *Master) Shutdown(ctx context.Context) error {
	m.close()
	select {
	case <-m.gone:
		return nil
	case <-ctx.Done():
		m.killing.Do(func() { close(m.kill) })
		<-m.gone
		return ctx.Err()
	}
}

func (m *Master) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	m.closed = true
	close(m.closing)
	if raw, err := m.listener.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { syscall.Shutdown(int(fd), syscall.SHUT_RD) })
	}
	m.listener.Close()
	letGo(m.workers)
	letGo(m.trial)
	go func() {
		m.lines.Wait()
		close(m.gone)
	}()
}

// startLines starts n lines, or none. m.mu is held.
func (m *Master) startLines(n int, watched *trial) ([]*line, error) {
	if m.closed {
		return nil, ErrClosed
	}
	var started []*line
	for range n {
		p, err := launch(m.command, m.listener)
		if err != nil {
			letGo(started)
			return nil, err
		}
		l := &line{master: m, leave: make(chan struct{}), trial: watched}
		started = append(started, l)
		m.lines.Add(1)
		go l.run(p)
	}
	return started, nil
}

// letGo tells lines to start no more workers and to let the last one go.
func letGo(lines []*line) {
	for _, line := range lines {
		close(line.leave)
	}
}

// takeTurn waits until no other Scale or Reload is under way.
func (m *Master) takeTurn(ctx context.Context) error {
	select {
	case <-m.closing:
		return ErrClosed
	default:
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case m.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-m.closing:
		return ErrClosed
	}
}

func (m *Master) giveTurn() { <-m.turn }
