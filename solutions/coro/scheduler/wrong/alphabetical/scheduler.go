// Package scheduler begins a circle with the first of its names, and not with the
// task that was spawned first.
package scheduler

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// ErrDeadlock is what Join returns where tasks wait for each other in a circle.
var ErrDeadlock = errors.New("scheduler: deadlock")

// Scheduler runs tasks.
type Scheduler struct {
	now time.Duration
	// living are the tasks that have not ended, in the order in which they were
	// spawned. Each of them runs, or is in ready, or in asleep, or joins another.
	living []*Task
	ready  []*Task
	// asleep is sorted by the moments that they wait for.
	asleep []*Task
}

// Task is a function that a scheduler runs.
type Task struct {
	scheduler *Scheduler
	name      string
	// resume lets the task run until it pauses, and reports whether it has ended.
	resume func() (ended bool)
	pause  func()

	ended bool
	wake  time.Duration
	// joins is whom the task waits for, nil if it doesn't. That one has it among
	// its joiners.
	joins    *Task
	joiners  []*Task
	deadlock error
}

// New returns a scheduler without tasks.
func New() *Scheduler { return &Scheduler{} }

// Spawn makes a task that will run body.
func (s *Scheduler) Spawn(name string, body func(t *Task)) *Task {
	t := &Task{scheduler: s, name: name}
	// Nobody has to stop it: Run lets every task run to its end.
	next, _ := iter.Pull(func(yield func(struct{}) bool) {
		t.pause = func() { yield(struct{}{}) }
		body(t)
	})
	t.resume = func() bool {
		_, paused := next()
		return !paused
	}
	s.living = append(s.living, t)
	s.ready = append(s.ready, t)
	return t
}

// Run runs tasks until all have ended.
func (s *Scheduler) Run() error {
	var first error
	var panicked []any
	for len(s.living) > 0 {
		switch {
		case len(s.ready) > 0:
			if reason := s.turn(); reason != nil {
				panicked = append(panicked, reason)
			}
		case len(s.asleep) > 0:
			s.jump()
		default:
			if err := s.breakCircle(); first == nil {
				first = err
			}
		}
	}
	if len(panicked) > 0 {
		panic(panicked[0])
	}
	return first
}

// turn lets the first ready task run, and returns what it panicked with.
func (s *Scheduler) turn() (reason any) {
	t := s.ready[0]
	s.ready = s.ready[1:]
	ended := true
	defer func() {
		reason = recover()
		// A task that panics has ended too.
		if ended {
			s.bury(t)
		}
	}()
	ended = t.resume()
	return nil
}

// bury lets those go on that have joined a task, which has ended.
func (s *Scheduler) bury(t *Task) {
	t.ended = true
	s.living = slices.DeleteFunc(s.living, func(other *Task) bool { return other == t })
	for _, joiner := range t.joiners {
		joiner.joins = nil
	}
	s.ready = append(s.ready, t.joiners...)
	t.joiners = nil
}

// jump moves the clock to the next moment that somebody waits for.
func (s *Scheduler) jump() {
	s.now = s.asleep[0].wake
	due := 0
	for due < len(s.asleep) && s.asleep[due].wake == s.now {
		due++
	}
	s.ready = append(s.ready, s.asleep[:due]...)
	s.asleep = slices.Delete(s.asleep, 0, due)
}

// breakCircle lets the tasks of the first circle go on, with the error that it
// returns. All tasks that are left join one that is left, so that there is one.
func (s *Scheduler) breakCircle() error {
	var circle []*Task
	for i := 0; circle == nil; i++ {
		circle = s.living[i].circle(len(s.living))
	}
	first := slices.MinFunc(circle, func(a, b *Task) int { return strings.Compare(a.name, b.name) })
	circle = first.circle(len(circle)) // want "is told of a circle of joins by name" wrong
	var names strings.Builder
	for _, t := range circle {
		names.WriteString(t.name + " -> ")
	}
	err := fmt.Errorf("%w: %s%s", ErrDeadlock, &names, circle[0].name)
	for _, t := range circle {
		// The other one still ends some time, and must not wake it again.
		other := t.joins
		other.joiners = slices.DeleteFunc(other.joiners, func(joiner *Task) bool { return joiner == t })
		t.joins, t.deadlock = nil, err
	}
	s.ready = append(s.ready, circle...)
	return err
}

// circle returns the circle of at most so many joins that begins with t, nil if
// there is none.
func (t *Task) circle(most int) []*Task {
	circle := []*Task{t}
	for at := t.joins; at != t; at = at.joins {
		if len(circle) == most {
			return nil
		}
		circle = append(circle, at)
	}
	return circle
}

// Now returns what the scheduler's clock shows.
func (s *Scheduler) Now() time.Duration { return s.now }

// Yield lets the other ready tasks run.
func (t *Task) Yield() {
	t.scheduler.ready = append(t.scheduler.ready, t)
	t.pause()
}

// Sleep waits until the scheduler's clock shows d more than now.
func (t *Task) Sleep(d time.Duration) {
	if d <= 0 {
		t.Yield()
		return
	}
	s := t.scheduler
	t.wake = s.now + d
	s.asleep = append(s.asleep, t)
	// Stable: those that wait for the same moment keep their order.
	slices.SortStableFunc(s.asleep, func(a, b *Task) int { return cmp.Compare(a.wake, b.wake) })
	t.pause()
}

// Join waits until other has ended.
func (t *Task) Join(other *Task) error {
	if other.ended {
		return nil
	}
	t.joins = other
	other.joiners = append(other.joiners, t)
	t.pause()
	err := t.deadlock
	t.deadlock = nil
	return err
}
