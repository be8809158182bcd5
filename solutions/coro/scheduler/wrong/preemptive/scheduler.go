// Package scheduler starts a goroutine per task, and lets the Go scheduler do the rest:
// Yield is runtime.Gosched, and Sleep moves the clock on. Goroutines run beside each
// other, in whatever order, and stop wherever they are stopped.
package scheduler

import (
	"errors"
	"runtime"
	"sync"
	"time"
)

// ErrDeadlock is what Join returns where tasks wait for each other in a circle.
var ErrDeadlock = errors.New("scheduler: deadlock")

// Scheduler runs tasks.
type Scheduler struct {
	mu    sync.Mutex
	now   time.Duration
	tasks sync.WaitGroup
	begin chan struct{}
}

// Task is a function that a scheduler runs.
type Task struct {
	scheduler *Scheduler
	ended     chan struct{}
}

// New returns a scheduler without tasks.
func New() *Scheduler { return &Scheduler{begin: make(chan struct{})} }

// Spawn makes a task that will run body.
func (s *Scheduler) Spawn(name string, body func(t *Task)) *Task {
	t := &Task{s, make(chan struct{})}
	s.mu.Lock()
	begin := s.begin
	s.mu.Unlock()
	s.tasks.Go(func() {
		<-begin
		defer close(t.ended)
		body(t) // want "runs one task at a time, and none beside its caller" wrong
	})
	return t
}

// Run runs tasks until all have ended.
func (s *Scheduler) Run() error {
	close(s.begin)
	s.tasks.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin = make(chan struct{})
	return nil
}

// Now returns what the scheduler's clock shows.
func (s *Scheduler) Now() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Yield lets the other ready tasks run.
func (t *Task) Yield() { runtime.Gosched() }

// Sleep waits until the scheduler's clock shows d more than now.
func (t *Task) Sleep(d time.Duration) {
	t.scheduler.mu.Lock()
	t.scheduler.now += max(d, 0)
	t.scheduler.mu.Unlock()
	runtime.Gosched()
}

// Join waits until other has ended.
func (t *Task) Join(other *Task) error {
	<-other.ended
	return nil
}
