package scheduler

import (
	"errors"
	"time"
)

// ErrDeadlock is what Join returns where tasks wait for each other in a circle. The
// error wraps it, and its text ends with the names of the tasks in the circle, each
// of which joins the next: "a -> b -> c -> a". The first, and last, is the one among
// them that was spawned first.
var ErrDeadlock = errors.New("scheduler: deadlock")

// Scheduler runs tasks.
type Scheduler struct {
	// TODO: what does a scheduler need to know?
}

// Task is a function that a scheduler runs.
type Task struct {
	// TODO: what does a task need to know?
}

// New returns a scheduler without tasks, whose clock stands at 0.
func New() *Scheduler {
	panic("TODO: implement New")
}

// Spawn makes a task that will run body, which is handed the task itself. It is
// ready. Spawn runs nothing of it: a task that spawns another goes on. Several tasks
// may have the same name.
func (s *Scheduler) Spawn(name string, body func(t *Task)) *Task {
	panic("TODO: implement Spawn")
}

// Run runs tasks until all have ended, those too that are spawned meanwhile. It
// returns nil, or if there was a deadlock the error of the first one. Without tasks,
// it returns nil at once. After it, tasks may be spawned and Run called again; the
// clock goes on from where it stands.
//
// A task that panics has ended, and the others go on. When all have ended, Run panics
// with the value of the first panic.
func (s *Scheduler) Run() error {
	panic("TODO: implement Run")
}

// Now returns what the scheduler's clock shows.
func (s *Scheduler) Now() time.Duration {
	panic("TODO: implement Now")
}

// Yield lets the other ready tasks run: the task is ready, behind all of them.
func (t *Task) Yield() {
	panic("TODO: implement Yield")
}

// Sleep waits until the scheduler's clock shows d more than now. If d is 0 or less,
// it does the same as Yield.
func (t *Task) Sleep(d time.Duration) {
	panic("TODO: implement Sleep")
}

// Join waits until other has ended, and returns nil. If other has ended already, it
// returns at once, and the task goes on. When a task ends, those that have joined it
// become ready, in the order in which they called Join.
//
// In a deadlock, the Joins of the circle that is broken return its error, whatever
// becomes of other, and those tasks become ready in the order in which the error
// names them. A task that joins itself is a circle of one.
func (t *Task) Join(other *Task) error {
	panic("TODO: implement Join")
}
