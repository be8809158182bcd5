//go:build linux

// Package reaper lets owners keep the reaper out until they have waited, so as long
// as anybody claims a child, all other zombies lie about.
package reaper

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrStopped is returned by Next once the reaper is stopped and every exit has
// been handed out.
var ErrStopped = errors.New("reaper: stopped")

// Exit says how a child ended.
type Exit struct {
	PID    int
	Status syscall.WaitStatus
}

// Reaper reaps the children of this process that nobody has claimed.
type Reaper struct {
	signals  chan os.Signal
	quit     chan struct{} // closed to end the goroutine
	finished chan struct{} // closed when it has ended
	stopping sync.Once

	// family is held for writing while children are reaped, and for reading while
	// somebody has a child of their own.
	family  sync.RWMutex
	retired bool

	mu     sync.Mutex
	unread []Exit
	closed bool
	// changed is closed, and replaced, when there is something new for Next.
	changed chan struct{}
}

// Start makes this process a subreaper and begins to reap.
func Start() (*Reaper, error) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return nil, os.NewSyscallError("prctl", err)
	}
	r := &Reaper{
		// One place is enough: a signal that finds it taken tells no more than
		// the one that waits there.
		signals:  make(chan os.Signal, 1),
		quit:     make(chan struct{}),
		finished: make(chan struct{}),
		changed:  make(chan struct{}),
	}
	signal.Notify(r.signals, unix.SIGCHLD)
	go r.run()
	return r, nil
}

// run looks for zombies before it waits for a signal: for those that ended before
// Start, no signal comes.
func (r *Reaper) run() {
	defer close(r.finished)
	for {
		r.reap()
		select {
		case <-r.signals:
		case <-r.quit:
			r.reap()
			return
		}
	}
}

// reap takes every zombie that belongs to the reaper.
func (r *Reaper) reap() {
	r.family.Lock()
	defer r.family.Unlock()
	r.reapUnclaimed()
}

// reapUnclaimed is reap for those who hold the lock.
func (r *Reaper) reapUnclaimed() {
	for r.take() {
	}
}

// take reaps a child that has ended, and reports whether there was one.
func (r *Reaper) take() bool {
	var status syscall.WaitStatus
	pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
	if err != nil || pid <= 0 {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unread = append(r.unread, Exit{PID: pid, Status: status})
	r.change()
	return true
}

// change wakes whoever waits in Next. The caller holds mu.
func (r *Reaper) change() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// Next returns an exit that has not been returned before.
func (r *Reaper) Next(ctx context.Context) (Exit, error) {
	for {
		r.mu.Lock()
		if len(r.unread) > 0 {
			exit := r.unread[0]
			r.unread = r.unread[1:]
			r.mu.Unlock()
			return exit, nil
		}
		closed, changed := r.closed, r.changed
		r.mu.Unlock()
		if closed {
			return Exit{}, ErrStopped
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Exit{}, ctx.Err()
		}
	}
}

// Claim calls start and leaves the child that it starts to the caller.
func (r *Reaper) Claim(start func() (pid int, err error)) (release func(), err error) {
	r.family.RLock() // want "reaps the others while its zombie waits for its owner" deadlock
	if _, err := start(); err != nil {
		r.family.RUnlock()
		return nil, err
	}
	return sync.OnceFunc(r.release), nil
}

// release lets the reaper in again. A zombie that was claimed until now sends no
// signal any more, so it is looked for at once.
func (r *Reaper) release() {
	r.family.RUnlock()
	r.family.Lock()
	defer r.family.Unlock()
	if !r.retired {
		r.reapUnclaimed()
	}
}

// Stop ends the reaper.
func (r *Reaper) Stop() {
	r.stopping.Do(func() {
		close(r.quit)
		<-r.finished
		r.family.Lock()
		r.retired = true
		r.family.Unlock()
		signal.Stop(r.signals)
		unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)

		r.mu.Lock()
		defer r.mu.Unlock()
		r.closed = true
		r.change()
	})
}
