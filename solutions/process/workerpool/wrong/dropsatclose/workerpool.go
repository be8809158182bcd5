//go:build linux

// Package workerpool lets the workers go as soon as the pool is closed, so the
// tasks that were waiting are lost.
package workerpool

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
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
		return fmt.Sprintf("workerpool: worker %d was killed: %v", e.PID, e.Status.Signal())
	}
	return fmt.Sprintf("workerpool: worker %d ended with status %d", e.PID, e.Status.ExitStatus())
}

// Pool is a number of worker processes and the tasks that wait for them.
type Pool struct {
	command []string
	keepers sync.WaitGroup

	mu         sync.Mutex
	changed    *sync.Cond // there is a task, or the pool is closed or terminated
	queue      []*Result
	workers    map[*worker]bool
	closed     bool
	terminated bool
}

// Result is the outcome of one task, sooner or later.
type Result struct {
	task  []byte
	ended chan struct{} // closed when value and err are set
	value []byte
	err   error
}

// end sets the outcome.
func (r *Result) end(value []byte, err error) {
	r.task, r.value, r.err = nil, value, err
	close(r.ended)
}

// Get waits until the task has ended.
func (r *Result) Get() ([]byte, error) {
	<-r.ended
	return r.value, r.err
}

// New starts size workers.
func New(size int, command ...string) (*Pool, error) {
	if len(command) == 0 {
		return nil, errors.New("workerpool: no command")
	}
	if size < 1 {
		size = runtime.NumCPU()
	}
	p := &Pool{command: command, workers: map[*worker]bool{}}
	p.changed = sync.NewCond(&p.mu)
	for range size {
		w, err := p.hire()
		if err != nil {
			p.Terminate()
			return nil, err
		}
		p.keepers.Go(func() { p.keep(w) })
	}
	return p, nil
}

// hire starts a worker. It holds the lock meanwhile, so that Terminate finds either
// a worker to kill or none that is still to come.
func (p *Pool) hire() (*worker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminated {
		return nil, ErrTerminated
	}
	w, err := start(p.command)
	if err == nil {
		p.workers[w] = true
	}
	return w, err
}

// dismiss waits for a worker that ends.
func (p *Pool) dismiss(w *worker) *os.ProcessState {
	ended := w.wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.workers, w)
	return ended
}

// keep gives tasks to one worker after the other until there are no more.
func (p *Pool) keep(w *worker) {
	for r := p.next(); r != nil; r = p.next() {
		var value []byte
		var err error
		w, value, err = p.run(w, r.task)
		r.end(value, err)
	}
	if w != nil {
		p.dismiss(w)
	}
}

// next waits for a task, and returns nil if none will come.
func (p *Pool) next() *Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.queue) == 0 && !p.closed && !p.terminated {
		p.changed.Wait()
	}
	if len(p.queue) == 0 || p.closed {
		return nil // want "runs what it had accepted, once, and nothing else" deadlock
	}
	r := p.queue[0]
	p.queue = p.queue[1:]
	return r
}

// run has the worker run a task, and returns the worker for the next one. Whoever
// can't be written to has not begun with the task, so another may do it; but one
// that was started for it and is gone already would not be the last.
func (p *Pool) run(w *worker, task []byte) (*worker, []byte, error) {
	for {
		fresh := w == nil
		if fresh {
			var err error
			if w, err = p.hire(); err != nil {
				return nil, nil, err
			}
		}
		sent := w.send(task)
		if sent == nil {
			failed, value, err := w.receive()
			switch {
			case err == nil && failed:
				return w, nil, &TaskError{string(value)}
			case err == nil:
				return w, value, nil
			}
		}
		w.process.Process.Kill()
		ended := p.dismiss(w)
		if sent == nil || fresh {
			return nil, nil, p.crash(ended)
		}
		w = nil
	}
}

// crash is the error of a task whose worker is gone.
func (p *Pool) crash(ended *os.ProcessState) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminated {
		return ErrTerminated
	}
	return &CrashError{PID: ended.Pid(), Status: ended.Sys().(syscall.WaitStatus)}
}

// ApplyAsync adds a task to the queue.
func (p *Pool) ApplyAsync(task []byte) *Result {
	r := &Result{task: task, ended: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.terminated:
		r.end(nil, ErrTerminated)
	case p.closed:
		r.end(nil, ErrClosed)
	default:
		p.queue = append(p.queue, r)
		p.changed.Signal()
	}
	return r
}

// Apply has a worker run the task and waits for it.
func (p *Pool) Apply(task []byte) ([]byte, error) { return p.ApplyAsync(task).Get() }

// Map runs all the tasks.
func (p *Pool) Map(tasks [][]byte) ([][]byte, error) {
	var pending []*Result
	for _, task := range tasks {
		pending = append(pending, p.ApplyAsync(task))
	}
	var first error
	results := make([][]byte, len(tasks))
	for i, r := range pending {
		value, err := r.Get()
		results[i] = value
		if first == nil {
			first = err
		}
	}
	return results, first
}

// Close lets the pool accept no more tasks.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.changed.Broadcast()
}

// Join waits until the workers are gone. Their keepers end when the pool is closed.
func (p *Pool) Join() { p.keepers.Wait() }

// Terminate kills the workers.
func (p *Pool) Terminate() {
	p.mu.Lock()
	p.terminated = true
	for _, r := range p.queue {
		r.end(nil, ErrTerminated)
	}
	p.queue = nil
	for w := range p.workers {
		w.process.Process.Kill()
	}
	p.changed.Broadcast()
	p.mu.Unlock()
	p.Join()
}
