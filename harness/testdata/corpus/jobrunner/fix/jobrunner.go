// Package jobrunner is a runner of jobs in the background that can be stopped. Fixed: Stop lets the lock go while it waits.
package jobrunner

import (
	"errors"
	"sync"
)

// ErrStopped means that the runner takes no more jobs.
var ErrStopped = errors.New("runner is stopped")

// State says how far a job is.
type State int

// The states of a job.
const (
	Queued State = iota + 1
	Succeeded
	Failed
	Dropped
)

// Job is work to be done.
type Job func() error

type task struct {
	id  int
	job Job
}

// Runner runs jobs with a fixed number of workers.
type Runner struct {
	queue   chan task
	quit    chan struct{}
	workers sync.WaitGroup

	mu      sync.Mutex
	states  map[int]State
	stopped bool
}

// New returns a runner whose queue holds backlog jobs; it is to be stopped.
func New(workers, backlog int) *Runner {
	r := &Runner{queue: make(chan task, backlog), quit: make(chan struct{}), states: map[int]State{}}
	for range workers {
		r.workers.Go(r.work)
	}
	return r
}

// Submit queues a job and returns its id. It drops the job if the queue is full.
func (r *Runner) Submit(job Job) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return 0, ErrStopped
	}
	id := len(r.states) + 1
	r.states[id] = Queued
	select {
	case r.queue <- task{id: id, job: job}:
	default:
		r.states[id] = Dropped
	}
	return id, nil
}

// State returns how far a job is.
func (r *Runner) State(id int) State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.states[id]
}

// Stop returns when no job runs any more; those that are still queued are dropped.
func (r *Runner) Stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return
	}
	r.stopped = true
	close(r.quit)
	r.mu.Unlock()
	r.workers.Wait()
	r.mu.Lock()
	for id, state := range r.states {
		if state == Queued {
			r.states[id] = Dropped
		}
	}
}

func (r *Runner) work() {
	for {
		select {
		case <-r.quit:
			return
		case t := <-r.queue:
			if t.job() != nil {
				r.finish(t.id, Failed)
			} else {
				r.finish(t.id, Succeeded)
			}
		}
	}
}

// finish notes down how a job ended.
func (r *Runner) finish(id int, state State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states[id] = state
}
