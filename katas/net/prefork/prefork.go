//go:build linux

package prefork

import (
	"context"
	"errors"
	"net"
	"time"
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
	// Command starts a worker, program first. It calls Serve.
	Command []string
	// After is asked for each pause, once. The pause is over when something can be
	// received from what it returns, and maybe that is never. nil is time.After.
	After func(pause time.Duration) <-chan time.Time
}

// Master is a listening socket and the workers that accept from it.
type Master struct {
	// TODO: what must a master know of its workers?
}

// Serve is what a worker's main function calls. It accepts a connection from the
// master's socket, calls handle with it, closes it when handle is back, and accepts
// the next one. It returns nil when the worker has been let go or its master is gone,
// and handle, if it was running, is back. What main does after that is its own
// affair. What Serve does in a process that no master has started is left open.
//
// handle may write to standard output and standard error, which are those of the
// master's process, and may start processes.
func Serve(handle func(conn net.Conn)) error {
	panic("TODO: implement Serve")
}

// Start listens on a TCP address, such as "127.0.0.1:7777", and starts the workers.
// They are there when it returns, but it doesn't wait for them to call Serve. If the
// address can't be listened on, there is no command, Workers is less than 1 or a worker
// can't be started, Start returns an error and leaves nothing behind.
func Start(address string, config Config) (*Master, error) {
	panic("TODO: implement Start")
}

// Addr returns the address that the workers accept from. Its port is the real one,
// even if port 0 was asked for.
func (m *Master) Addr() net.Addr {
	panic("TODO: implement Addr")
}

// Scale starts workers or lets some go, so that there are so many. Those that it
// starts are there when it returns, as in Start; for those that it lets go it doesn't
// wait. If workers is less than 1 or one can't be started, Scale returns an error, and
// there are as many as before. It may wait for a Reload to end.
func (m *Master) Scale(workers int) error {
	panic("TODO: implement Scale")
}

// Reload exchanges the workers for as many new ones. It starts those, waits until each
// of them has called Serve, lets the old ones go, and returns without waiting for
// their end.
//
// If a new one can't be started, or ends before it has called Serve, Reload returns an
// error; if ctx ends first, it returns ctx.Err(); if Shutdown is called, ErrClosed. Then
// it lets the new ones go, and the old ones stay. It asks for no pause.
func (m *Master) Reload(ctx context.Context) error {
	panic("TODO: implement Reload")
}

// Shutdown lets all workers go and waits for their end. From the beginning no client
// comes in any more: as soon as the workers have learned of it, whoever connects is
// refused, though some of them may still serve. The connections that wait for a worker
// are lost.
//
// If ctx ends first, Shutdown kills the workers that are left, whatever they do and
// whichever signals they ignore, and returns ctx.Err(), otherwise nil. If ctx has ended
// and there is nobody to kill, it may return either.
//
// When Shutdown returns, the workers are gone and reaped, those that had been let go
// before as well. A pause doesn't hold it up. It may be called again, and waits as well.
func (m *Master) Shutdown(ctx context.Context) error {
	panic("TODO: implement Shutdown")
}
