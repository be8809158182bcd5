//go:build linux

// Package prefork has one goroutine that owns all that the master knows, and calls
// functions that are sent to it: what callers want, and what became of workers. Its
// thread starts the workers, which are told to end by a signal, and by the kernel if the
// thread ends.
package prefork

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ErrClosed is the error of Scale and Reload after Shutdown.
var ErrClosed = errors.New("prefork: closed")

// Pauses before a worker is replaced that was not able to start.
const (
	FirstPause   = 100 * time.Millisecond
	LongestPause = 800 * time.Millisecond
)

// Config says what a master keeps.
type Config struct {
	// Workers is how many.
	Workers int
	// Command starts a worker, program first.
	Command []string
	// After is asked for each pause. nil is time.After.
	After func(pause time.Duration) <-chan time.Time
}

// Master is a listening socket and the workers that accept from it.
type Master struct {
	config  Config
	address net.Addr
	socket  *os.File
	// turn is held by Scale and Reload.
	turn sync.Mutex
	// calls are for the loop, until it is over.
	calls   chan func()
	over    chan struct{}
	closing chan struct{}

	// What follows is the loop's.
	closed  bool
	lines   []*line
	running []*worker
	change  *change
}

// line is a worker and those that replace it.
type line struct {
	pause time.Duration
	ended bool
}

type worker struct {
	*line
	process *exec.Cmd
	serves  bool
}

// change is a Reload that waits.
type change struct {
	lines []*line
	left  int
	done  chan error
}

// Start listens and starts the workers.
func Start(address string, config Config) (*Master, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	raw, err := listener.(*net.TCPListener).SyscallConn()
	if err != nil {
		return nil, err
	}
	number := -1
	raw.Control(func(fd uintptr) { number, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	if config.After == nil {
		config.After = time.After
	}
	m := &Master{
		config: config, address: listener.Addr(), socket: os.NewFile(uintptr(number), "listener"),
		calls: make(chan func()), over: make(chan struct{}), closing: make(chan struct{}),
	}
	go m.loop()
	if err := m.Scale(config.Workers); err != nil {
		m.Shutdown(context.Background())
		return nil, err
	}
	return m, nil
}

// Addr returns the address that the workers accept from.
func (m *Master) Addr() net.Addr { return m.address }

// loop keeps its thread to itself, so that it lives as long as the workers.
func (m *Master) loop() {
	runtime.LockOSThread()
	for !m.closed || len(m.running) > 0 {
		(<-m.calls)()
	}
	close(m.over)
}

// do has the loop call f, and returns false if it is over.
func (m *Master) do(f func()) bool {
	done := make(chan struct{})
	select {
	case m.calls <- func() { f(); close(done) }:
		<-done
		return true
	case <-m.over:
		return false
	}
}

// hire starts a worker in a line.
func (m *Master) hire(l *line) error {
	if m.closed {
		return ErrClosed
	}
	process, called, err := start(m.config.Command, m.socket)
	if err != nil {
		return err
	}
	w := &worker{line: l, process: process}
	m.running = append(m.running, w)
	go func() {
		n, _ := called.Read(make([]byte, 1))
		called.Close()
		if n == 1 {
			m.do(func() { m.came(w) })
		}
		process.Wait()
		m.do(func() { m.went(w) })
	}()
	return nil
}

// hireAll starts n lines, or none.
func (m *Master) hireAll(n int) (lines []*line, err error) {
	for range n {
		l := &line{pause: FirstPause}
		if err := m.hire(l); err != nil {
			m.letGo(lines)
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (m *Master) letGo(lines []*line) {
	for _, l := range lines {
		l.ended = true
	}
	for _, w := range m.running {
		if slices.Contains(lines, w.line) {
			w.process.Process.Signal(syscall.SIGTERM)
		}
	}
}

// came notes that a worker has called Serve.
func (m *Master) came(w *worker) {
	w.serves, w.pause = true, FirstPause
	if c := m.change; c != nil && slices.Contains(c.lines, w.line) {
		if c.left--; c.left == 0 {
			m.letGo(m.lines)
			m.lines = c.lines
			m.decide(nil)
		}
	}
}

// went notes that a worker has ended, and replaces it.
func (m *Master) went(w *worker) {
	m.running = slices.DeleteFunc(m.running, func(other *worker) bool { return other == w })
	if c := m.change; c != nil && !w.serves && slices.Contains(c.lines, w.line) {
		m.abandon(errors.New("prefork: a new worker ended before it called Serve"))
	}
	if w.ended {
		return
	}
	if !w.serves || m.hire(w.line) != nil {
		m.wait(w.line)
	}
}

// wait fills a line when its pause is over.
func (m *Master) wait(l *line) {
	if m.closed {
		return
	}
	over := m.config.After(l.pause)
	l.pause = min(2*l.pause, LongestPause)
	go func() {
		select {
		case <-over:
			m.do(func() {
				if !l.ended && m.hire(l) != nil {
					m.wait(l)
				}
			})
		case <-m.closing:
		}
	}()
}

// decide ends the Reload that waits.
func (m *Master) decide(err error) {
	m.change.done <- err
	m.change = nil
}

// abandon ends it without effect.
func (m *Master) abandon(err error) {
	m.letGo(m.change.lines)
	m.decide(err)
}

// Scale starts workers or lets some go.
func (m *Master) Scale(workers int) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	err := ErrClosed
	m.do(func() {
		if m.closed {
			return
		}
		if workers < 1 {
			err = fmt.Errorf("prefork: %d workers", workers)
			return
		}
		var more []*line
		if more, err = m.hireAll(workers - len(m.lines)); err == nil {
			m.lines = append(m.lines, more...)
			m.letGo(m.lines[workers:])
			m.lines = m.lines[:workers]
		}
	})
	return err
}

// Reload exchanges the workers for new ones.
func (m *Master) Reload(ctx context.Context) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	c := &change{done: make(chan error, 1)}
	err := ErrClosed
	m.do(func() {
		c.left = len(m.lines)
		if c.lines, err = m.hireAll(c.left); err == nil {
			m.change = c
		}
	})
	if err != nil {
		return err
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		m.do(func() {
			if m.change == c {
				m.abandon(ctx.Err())
			}
		})
		return <-c.done
	}
}

// Shutdown lets all workers go and waits for their end.
func (m *Master) Shutdown(ctx context.Context) error {
	m.do(func() {
		if m.closed {
			return
		}
		m.closed = true
		close(m.closing)
		m.socket.Close()
		if m.change != nil {
			m.abandon(ErrClosed)
		}
		m.letGo(m.lines)
	})
	select {
	case <-m.over:
		return nil
	case <-ctx.Done():
		m.do(func() {
			for _, w := range m.running {
				w.process.Process.Kill()
			}
		})
		<-m.over
		return ctx.Err()
	}
}
