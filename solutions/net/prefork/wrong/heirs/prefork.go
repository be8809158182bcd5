//go:build linux

// Package prefork lets what handlers start inherit the socket. Such a process keeps it open
// when all the workers have gone.
package prefork

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
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
	keepers sync.WaitGroup

	// open lasts until Shutdown, and every place ends with it; alive lasts until
	// Shutdown gives up waiting, and kills every worker when it ends.
	open, alive context.Context
	close, kill context.CancelFunc

	// reshape is held by Scale and Reload for as long as they take, and guards places.
	reshape sync.Mutex
	// places are where workers are wanted.
	places []*place

	// mu keeps Shutdown from closing the socket under a worker that is being started.
	mu sync.Mutex
}

// place is where one worker is wanted after the other until it is given up.
type place struct {
	wanted context.Context
	giveUp context.CancelFunc
}

// Start listens and starts the workers.
func Start(address string, config Config) (*Master, error) {
	if config.After == nil {
		config.After = time.After
	}
	m := &Master{config: config}
	if err := m.listen(address); err != nil {
		return nil, err
	}
	m.open, m.close = context.WithCancel(context.Background())
	m.alive, m.kill = context.WithCancel(context.Background())
	if err := m.Scale(config.Workers); err != nil {
		m.kill()
		m.Shutdown(context.Background())
		return nil, err
	}
	return m, nil
}

// listen keeps a duplicate of the listener's descriptor. The file that its method File
// returns would make the socket block whenever a worker is started.
func (m *Master) listen(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	defer listener.Close()
	raw, err := listener.(*net.TCPListener).SyscallConn()
	if err != nil {
		return err
	}
	var number int
	if failed := raw.Control(func(fd uintptr) { number, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) }); failed != nil {
		return failed
	}
	m.address, m.socket = listener.Addr(), os.NewFile(uintptr(number), "listener")
	return err
}

// Addr returns the address that the workers accept from.
func (m *Master) Addr() net.Addr { return m.address }

// hire starts a worker. It holds the lock meanwhile, so that no worker is given a
// descriptor that has been closed.
func (m *Master) hire() (*worker, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open.Err() != nil {
		return nil, ErrClosed
	}
	w, err := start(m.alive, m.config.Command, m.socket)
	if err == nil {
		// Counted before Shutdown can wait.
		m.keepers.Add(1)
	}
	return w, err
}

// hireAll starts n workers, or none.
func (m *Master) hireAll(n int) (all []*worker, err error) {
	for range n {
		w, err := m.hire()
		if err != nil {
			m.dismiss(all)
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}

// settle gives each of these workers a place of its own.
func (m *Master) settle(all []*worker) (places []*place) {
	for _, w := range all {
		p := &place{}
		p.wanted, p.giveUp = context.WithCancel(m.open)
		places = append(places, p)
		go m.keep(p, w)
	}
	return places
}

func giveUp(places []*place) {
	for _, p := range places {
		p.giveUp()
	}
}

// dismiss lets workers go that have no place.
func (m *Master) dismiss(all []*worker) {
	unwanted, giveUp := context.WithCancel(m.open)
	giveUp()
	for _, w := range all {
		go func() {
			defer m.keepers.Done()
			w.end(unwanted)
		}()
	}
}

// keep waits for the end of one worker after the other, and replaces it.
func (m *Master) keep(p *place, w *worker) {
	defer m.keepers.Done()
	pause := FirstPause
	for {
		served := w != nil && w.end(p.wanted)
		if served {
			pause = FirstPause
		}
		if p.wanted.Err() != nil {
			return
		}
		if !served {
			select {
			case <-m.config.After(pause):
			case <-p.wanted.Done():
				return
			}
			pause = min(2*pause, LongestPause)
		}
		w = m.replace()
	}
}

// replace starts a worker for a place that is counted already, nil if it can't.
func (m *Master) replace() *worker {
	w, err := m.hire()
	if err != nil {
		return nil
	}
	m.keepers.Done()
	return w
}

// Scale starts workers or lets some go.
func (m *Master) Scale(workers int) error {
	m.reshape.Lock()
	defer m.reshape.Unlock()
	switch {
	case m.open.Err() != nil:
		return ErrClosed
	case workers < 1:
		return fmt.Errorf("prefork: %d workers", workers)
	}
	more, err := m.hireAll(workers - len(m.places))
	if err != nil {
		return err
	}
	m.places = append(m.places, m.settle(more)...)
	giveUp(m.places[workers:])
	m.places = m.places[:workers]
	return nil
}

// Reload exchanges the workers for new ones.
func (m *Master) Reload(ctx context.Context) error {
	m.reshape.Lock()
	defer m.reshape.Unlock()
	fresh, err := m.hireAll(len(m.places))
	if err != nil {
		return err
	}
	for _, w := range fresh {
		if err := m.awaitServing(ctx, w); err != nil {
			m.dismiss(fresh)
			return err
		}
	}
	giveUp(m.places)
	m.places = m.settle(fresh)
	return nil
}

// awaitServing waits until the worker has called Serve.
func (m *Master) awaitServing(ctx context.Context, w *worker) error {
	select {
	case <-w.known:
		if !w.serves {
			return errors.New("prefork: a new worker ended before it called Serve")
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-m.open.Done():
		return ErrClosed
	}
}

// Shutdown lets all workers go and waits for their end.
func (m *Master) Shutdown(ctx context.Context) error {
	m.mu.Lock()
	m.close()
	m.socket.Close()
	m.mu.Unlock()

	over := make(chan struct{})
	go func() {
		m.keepers.Wait()
		close(over)
	}()
	defer m.kill()
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		m.kill()
		<-over
		return ctx.Err()
	}
}
