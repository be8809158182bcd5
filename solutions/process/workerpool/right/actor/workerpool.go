//go:build linux

// Package workerpool keeps its state in one goroutine, which all others tell what
// they want or have seen: there is no lock. A worker says that it has begun before
// it runs a task, so a task that a dead worker has not taken goes to another.
package workerpool

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
)

var (
	// ErrClosed is the error of tasks that come after Close.
	ErrClosed = errors.New("workerpool: closed")
	// ErrTerminated is the error of tasks that Terminate has ended, and of those
	// that come after it.
	ErrTerminated = errors.New("workerpool: terminated")
)

// TaskError says that a task ran to its end and returned an error.
type TaskError struct{ Text string }

func (e *TaskError) Error() string { return e.Text }

// CrashError says that a worker died while it ran the task.
type CrashError struct {
	PID    int
	Status syscall.WaitStatus
}

func (e *CrashError) Error() string {
	if e.Status.Signaled() {
		return fmt.Sprintf("workerpool: worker %d was killed by %v", e.PID, e.Status.Signal())
	}
	return fmt.Sprintf("workerpool: worker %d exited with status %d", e.PID, e.Status.ExitStatus())
}

// Serve runs tasks for the pool that started this process.
func Serve(handle func(task []byte) (result []byte, err error)) error {
	syscall.CloseOnExec(linkFD) // what a task starts must not keep the pool waiting
	link := os.NewFile(linkFD, "link")
	defer link.Close()
	for {
		task, err := receive(link)
		if err != nil {
			return gone(err)
		}
		if _, err := link.Write([]byte{begun}); err != nil {
			return gone(err)
		}
		result, failure := handle(task)
		status := byte(succeeded)
		if failure != nil {
			status, result = failed, []byte(failure.Error())
		}
		if _, err := link.Write([]byte{status}); err != nil {
			return gone(err)
		}
		if err := send(link, result); err != nil {
			return gone(err)
		}
	}
}

// Pool is a number of worker processes and the tasks that wait for them.
type Pool struct {
	command    []string
	size       int
	inbox      chan func()
	gone       chan struct{} // closed when nothing is left of the pool
	terminated atomic.Bool

	// The rest belongs to the goroutine of run alone, so there is no lock.
	workers map[*worker]bool // all that are not reaped yet
	idle    []*worker
	queue   []*Result
	running int
	closed  bool
}

// New starts size workers.
func New(size int, command ...string) (*Pool, error) {
	if len(command) == 0 {
		return nil, errors.New("workerpool: no command")
	}
	if size < 1 {
		size = runtime.NumCPU()
	}
	p := &Pool{
		command: command, size: size,
		inbox: make(chan func()), gone: make(chan struct{}),
		workers: map[*worker]bool{},
	}
	go p.run()
	failure := make(chan error)
	p.inbox <- func() { failure <- p.fill() }
	if err := <-failure; err != nil {
		p.Terminate()
		return nil, err
	}
	return p, nil
}

// Apply has a worker run the task and waits for it.
func (p *Pool) Apply(task []byte) ([]byte, error) { return p.ApplyAsync(task).Get() }

// ApplyAsync adds a task to the queue.
func (p *Pool) ApplyAsync(task []byte) *Result {
	r := &Result{task: task, ended: make(chan struct{})}
	if !p.tell(func() { p.accept(r) }) {
		r.settle(nil, p.refusal())
	}
	return r
}

// Map runs all the tasks.
func (p *Pool) Map(tasks [][]byte) ([][]byte, error) {
	pending := make([]*Result, len(tasks))
	for i, task := range tasks {
		pending[i] = p.ApplyAsync(task)
	}
	results := make([][]byte, len(tasks))
	var first error
	for i, r := range pending {
		var err error
		if results[i], err = r.Get(); err != nil && first == nil {
			first = err
		}
	}
	return results, first
}

// Close lets the pool accept no more tasks.
func (p *Pool) Close() { p.tell(func() { p.closed = true }) }

// Join waits until nothing is left of the pool.
func (p *Pool) Join() { <-p.gone }

// Terminate kills the workers.
func (p *Pool) Terminate() {
	p.terminated.Store(true)
	p.tell(p.kill)
	<-p.gone
}

// Result is the outcome of one task, sooner or later.
type Result struct {
	task    []byte
	refused int // how many workers died before they took it
	ended   chan struct{}
	settled bool // belongs to the pool's goroutine
	bytes   []byte
	err     error
}

// Get waits until the task has ended.
func (r *Result) Get() ([]byte, error) {
	<-r.ended
	return bytes.Clone(r.bytes), r.err
}
