// Package scheduler keeps the ready and the sleeping in one agenda, by the moment that
// they are due: who is ready is due now. Who gives way hands the turn on by itself.
package scheduler

import (
	"container/heap"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrDeadlock is what Join returns where tasks wait for each other in a circle.
var ErrDeadlock = errors.New("scheduler: deadlock")

// Scheduler runs tasks.
type Scheduler struct {
	// One agenda for the ready and the sleeping: who is ready is due now. Of those
	// due at the same moment, who came first is first.
	agenda agenda
	came   int // how many ever came into the agenda
	born   int
	now    time.Duration
	// Who waits in Join.
	joining map[*Task]bool

	over     chan struct{}
	bodies   sync.WaitGroup
	err      error
	panicked bool
	value    any
}

// Task is a function that a scheduler runs.
type Task struct {
	s     *Scheduler
	name  string
	born  int
	body  func(*Task)
	turn  chan struct{}
	ended bool

	due  time.Duration
	came int

	target  *Task
	joined  []*Task
	joinErr error
}

// New returns a scheduler without tasks, whose clock stands at 0.
func New() *Scheduler {
	return &Scheduler{joining: map[*Task]bool{}}
}

// Spawn makes a task that will run body.
func (s *Scheduler) Spawn(name string, body func(t *Task)) *Task {
	s.born++
	t := &Task{s: s, name: name, born: s.born, body: body}
	s.enter(t, s.now)
	return t
}

func (s *Scheduler) enter(t *Task, due time.Duration) {
	s.came++
	t.due, t.came = due, s.came
	heap.Push(&s.agenda, t)
}

// Run runs tasks until all have ended.
func (s *Scheduler) Run() error {
	s.err, s.panicked, s.value = nil, false, nil
	s.over = make(chan struct{})
	s.hand(nil)
	<-s.over
	s.bodies.Wait()
	if s.panicked {
		panic(s.value)
	}
	return s.err
}

// hand gives the turn from me to whoever is next, which may be me again: there is no
// loop in the middle.
func (s *Scheduler) hand(me *Task) {
	if len(s.agenda) == 0 && len(s.joining) > 0 {
		s.breakCircle()
	}
	if len(s.agenda) == 0 {
		close(s.over)
		return
	}
	next := heap.Pop(&s.agenda).(*Task)
	s.now = next.due
	if next == me {
		return
	}
	if next.turn == nil {
		next.turn = make(chan struct{})
		s.bodies.Add(1)
		go next.live()
	} else {
		next.turn <- struct{}{}
	}
	if me != nil && !me.ended {
		<-me.turn
	}
}

func (t *Task) live() {
	s := t.s
	defer s.bodies.Done()
	t.act()
	t.ended = true
	for _, j := range t.joined {
		s.letGo(j, nil)
	}
	t.joined = nil
	s.hand(t)
}

func (t *Task) act() {
	defer func() {
		if v := recover(); v != nil && !t.s.panicked {
			t.s.panicked, t.s.value = true, v
		}
	}()
	t.body(t)
}

func (s *Scheduler) letGo(t *Task, err error) {
	t.target, t.joinErr = nil, err
	delete(s.joining, t)
	s.enter(t, s.now)
}

// breakCircle is called when everybody waits in Join.
func (s *Scheduler) breakCircle() {
	var first *Task
	seen := map[*Task]*Task{} // by whose walk
	for from := range s.joining {
		at := from
		for at != nil && seen[at] == nil {
			seen[at] = from
			at = at.target
		}
		if at == nil || seen[at] != from {
			continue
		}
		for _, t := range circle(at) {
			if first == nil || t.born < first.born {
				first = t
			}
		}
	}
	if first == nil {
		panic("scheduler: a task waits for nobody of this scheduler")
	}
	who := circle(first)
	var names strings.Builder
	for _, t := range who {
		names.WriteString(t.name + " -> ")
	}
	err := fmt.Errorf("%w: %s%s", ErrDeadlock, names.String(), first.name)
	if s.err == nil {
		s.err = err
	}
	for _, t := range who {
		t.target.joined = slices.DeleteFunc(t.target.joined, func(j *Task) bool { return j == t })
	}
	for _, t := range who {
		s.letGo(t, err)
	}
}

func circle(first *Task) []*Task {
	who := []*Task{first}
	for t := first.target; t != first; t = t.target {
		who = append(who, t)
	}
	return who
}

// Now returns what the scheduler's clock shows.
func (s *Scheduler) Now() time.Duration {
	return s.now
}

// Yield lets the other ready tasks run.
func (t *Task) Yield() {
	t.Sleep(0)
}

// Sleep waits until the scheduler's clock shows d more than now.
func (t *Task) Sleep(d time.Duration) {
	s := t.s
	due := s.now
	if d > 0 {
		due += min(d, math.MaxInt64-s.now)
	}
	s.enter(t, due)
	s.hand(t)
}

// Join waits until other has ended.
func (t *Task) Join(other *Task) error {
	if other.ended {
		return nil
	}
	t.target = other
	other.joined = append(other.joined, t)
	t.s.joining[t] = true
	t.s.hand(t)
	return t.joinErr
}

type agenda []*Task

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if a[i].due != a[j].due {
		return a[i].due < a[j].due
	}
	return a[i].came < a[j].came
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(*Task)) }
func (a *agenda) Pop() any {
	last := len(*a) - 1
	t := (*a)[last]
	(*a)[last] = nil
	*a = (*a)[:last]
	return t
}
