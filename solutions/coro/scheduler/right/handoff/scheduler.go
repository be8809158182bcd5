// Package scheduler has no loop: each task is a goroutine, and the one that gives way
// looks itself who is next and hands the turn over, on that one's channel. Run hands
// the first turn over and waits until nobody is left.
package scheduler

import (
	"container/heap"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrDeadlock is what Join returns where tasks wait for each other in a circle. The
// error wraps it, and its text ends with the names of the tasks in the circle, each
// of which joins the next: "a -> b -> c -> a". The first, and last, is the one among
// them that was spawned first.
var ErrDeadlock = errors.New("scheduler: deadlock")

// Scheduler runs tasks. Only who has the turn touches it.
type Scheduler struct {
	clock   time.Duration
	queue   []*Task
	beds    beds
	members map[int]*Task // by number, in the order in which they were spawned
	spawned int
	naps    int
	err     error
	panics  []any
	over    chan struct{}
}

// Task is a function that a scheduler runs.
type Task struct {
	*Scheduler
	number int
	name   string
	turn   chan struct{}
	gone   bool
	wake   time.Duration
	nap    int
	// waiters are those who have joined it and still wait.
	waiters []*Task
	other   *Task
	err     error
}

// beds is a heap of those asleep, by the moment that they wait for and then by who
// was first.
type beds []*Task

func (b beds) Len() int { return len(b) }
func (b beds) Less(i, j int) bool {
	if b[i].wake != b[j].wake {
		return b[i].wake < b[j].wake
	}
	return b[i].nap < b[j].nap
}
func (b beds) Swap(i, j int) { b[i], b[j] = b[j], b[i] }
func (b *beds) Push(t any)   { *b = append(*b, t.(*Task)) }
func (b *beds) Pop() any {
	last := len(*b) - 1
	t := (*b)[last]
	*b = (*b)[:last]
	return t
}

// New returns a scheduler without tasks, whose clock stands at 0.
func New() *Scheduler { return &Scheduler{members: map[int]*Task{}} }

// Spawn makes a task that will run body, which is handed the task itself.
func (s *Scheduler) Spawn(name string, body func(t *Task)) *Task {
	t := &Task{Scheduler: s, number: s.spawned, name: name, turn: make(chan struct{})}
	s.spawned++
	s.members[t.number] = t
	s.queue = append(s.queue, t)
	go func() {
		<-t.turn
		defer t.leave()
		body(t)
	}()
	return t
}

// leave is the last that a task does.
func (t *Task) leave() {
	if reason := recover(); reason != nil {
		t.panics = append(t.panics, reason)
	}
	t.gone = true
	delete(t.members, t.number)
	t.queue = append(t.queue, t.waiters...)
	t.next()
}

// next hands the turn over.
func (s *Scheduler) next() {
	for len(s.queue) == 0 {
		switch {
		case len(s.beds) > 0:
			s.clock = s.beds[0].wake
			for len(s.beds) > 0 && s.beds[0].wake == s.clock {
				s.queue = append(s.queue, heap.Pop(&s.beds).(*Task))
			}
		case len(s.members) > 0:
			s.untie()
		default:
			close(s.over)
			return
		}
	}
	t := s.queue[0]
	s.queue = s.queue[1:]
	t.turn <- struct{}{}
}

// untie breaks the first circle.
func (s *Scheduler) untie() {
	for number := range s.spawned {
		start := s.members[number]
		if start == nil {
			continue
		}
		seen := map[*Task]bool{}
		at, text := start, ""
		for !seen[at] {
			seen[at] = true
			text += at.name + " -> "
			at = at.other
		}
		if at != start {
			continue // it only leads into a circle
		}
		err := fmt.Errorf("%w: %s%s", ErrDeadlock, text, start.name)
		if s.err == nil {
			s.err = err
		}
		for len(seen) > 0 {
			delete(seen, at)
			at.other.forget(at)
			at.err = err
			s.queue = append(s.queue, at)
			at = at.other
		}
		return
	}
}

// forget takes one out of those who wait.
func (t *Task) forget(waiter *Task) {
	t.waiters = slices.DeleteFunc(t.waiters, func(other *Task) bool { return other == waiter })
}

// pause hands the turn over and waits for the next one. It is handed over by another
// goroutine, since it may come back at once.
func (t *Task) pause() {
	go t.next()
	<-t.turn
}

// Run runs tasks until all have ended, those too that are spawned meanwhile.
func (s *Scheduler) Run() error {
	s.err, s.panics, s.over = nil, nil, make(chan struct{})
	go s.next()
	<-s.over
	if len(s.panics) > 0 {
		panic(s.panics[0])
	}
	return s.err
}

// Now returns what the scheduler's clock shows.
func (s *Scheduler) Now() time.Duration { return s.clock }

// Yield lets the other ready tasks run: the task is ready, behind all of them.
func (t *Task) Yield() {
	t.queue = append(t.queue, t)
	t.pause()
}

// Sleep waits until the scheduler's clock shows d more than now.
func (t *Task) Sleep(d time.Duration) {
	if d <= 0 {
		t.Yield()
		return
	}
	t.naps++
	t.wake, t.nap = t.clock+d, t.naps
	heap.Push(&t.beds, t)
	t.pause()
}

// Join waits until other has ended, and returns nil.
func (t *Task) Join(other *Task) error {
	if other.gone {
		return nil
	}
	t.other, t.err = other, nil
	other.waiters = append(other.waiters, t)
	t.pause()
	return t.err
}
