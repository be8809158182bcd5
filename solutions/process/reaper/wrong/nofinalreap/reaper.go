//go:build linux

// Package reaper ends its goroutine as soon as Stop says so, without another look, so
// a child whose signal comes later than that stays a zombie.
package reaper

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/signal"
	"strconv"
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

	// family is held while children are reaped, and while an owner starts one:
	// nobody can be reaped between being born and being claimed.
	family  sync.Mutex
	claims  map[int]int // how many claims there are on a pid
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
		claims:   map[int]int{},
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
			return // want "reaps what had ended before" wrong
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
	if len(r.claims) == 0 {
		for r.take(-1) {
		}
		return
	}
	for _, pid := range zombies() {
		if r.claims[pid] == 0 {
			r.take(pid)
		}
	}
}

// take reaps the child if it has ended, any child if pid is -1, and reports
// whether it did.
func (r *Reaper) take(pid int) bool {
	var status syscall.WaitStatus
	pid, err := syscall.Wait4(pid, &status, syscall.WNOHANG, nil)
	if err != nil || pid <= 0 {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unread = append(r.unread, Exit{PID: pid, Status: status})
	r.change()
	return true
}

// zombies returns the pids of the children that have ended. It asks every process
// for its parent: /proc/self/task/*/children would be shorter, but skips entries
// when an owner reaps meanwhile (proc(5)).
func zombies() []int {
	folder, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer folder.Close()
	names, _ := folder.Readdirnames(-1)
	self := strconv.Itoa(os.Getpid())
	var found []int
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + name + "/stat")
		if err != nil {
			continue
		}
		// pid (command) state parent …, and the command may hold anything.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) > 1 && string(fields[0]) == "Z" && string(fields[1]) == self {
			found = append(found, pid)
		}
	}
	return found
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
	r.family.Lock()
	defer r.family.Unlock()
	pid, err := start()
	if err != nil {
		return nil, err
	}
	r.claims[pid]++
	return sync.OnceFunc(func() { r.release(pid) }), nil
}

// release gives up one claim on pid. A zombie that was claimed until now sends no
// signal any more, so it is looked for at once.
func (r *Reaper) release(pid int) {
	r.family.Lock()
	defer r.family.Unlock()
	if r.claims[pid]--; r.claims[pid] == 0 {
		delete(r.claims, pid)
	}
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
