// Package pulse tells a process that waits from one that works and from one
// that would work if the machine let it.
//
// A clock can't tell them apart: on a crowded machine a right answer may stand
// still for a second because it was not given a processor. But then the runtime
// shows its goroutine as runnable, and the kernel shows a child's thread as
// runnable, and neither does that for one that waits for an event. So a process
// is at rest when, look after look, nothing in it and below it could run, and
// hardly any CPU time was spent and hardly any thread switched in between.
package pulse

import (
	"runtime"
	"time"

	"github.com/concurrency-dojo/dojo/harness/instrument/hook"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// Beat is one look at the process and all its descendants.
type Beat struct {
	// CPU is the processor time spent so far, without that of the thread that
	// looks, but with that of children that have ended and were waited for.
	CPU time.Duration
	// Switches counts how often a thread of this process gave up its processor
	// to wait.
	Switches int64
	// Runnable counts the goroutines of this process that run or could run, and
	// the threads of its descendants that do. The caller's goroutine and those
	// that only poll for a spec are left out; those that a hook holds up are not.
	Runnable int
}

// Look takes a beat. The caller must be locked to its thread; use Locked.
func Look() Beat {
	beat, _ := look()
	return beat
}

// look also returns the goroutines that it saw, the caller first.
func look() (Beat, []stack.Goroutine) {
	beat, all := usage(), stack.All()
	for i, g := range all {
		if i > 0 && (couldRun(g.State) && !polls(g) || g.Calls(hook.Pausing)) {
			beat.Runnable++
		}
	}
	return beat, all
}

// couldRun reports whether a goroutine in this state lacks nothing but a
// processor.
func couldRun(state string) bool {
	return state == "running" || state == "runnable" || state == "preempted" || state == "copystack"
}

// polls reports whether the goroutine is in Eventually or Consistently and not,
// through them, in the answer.
func polls(g stack.Goroutine) bool {
	return g.Calls("github.com/onsi/gomega/internal.(*AsyncAssertion).match") && len(stack.Answers(g.Frames)) == 0
}

// Locked calls f on a thread that f has to itself.
func Locked(f func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f()
}

// Process is one process as it was seen.
type Process struct {
	ID, Parent int
	// State is the letter of proc_pid_stat(5), and Name the command's (proc_pid_comm(5)).
	State, Name string
}

// Interval is the time between two looks for rest.
const Interval = 50 * time.Millisecond

// Bounds of a quiet interval, per second. The polls of Gomega, every 10 ms, cost
// about a fifth of the CPU and half of the switches.
const (
	quietCPU      = 0.25
	quietSwitches = 5000
)

// mostPerLook bounds what one look counts for, however long ago the last one was:
// between looks, the process may not have been given a processor to run on. Of a
// thread that was woken in a system call nobody here knows that it could run; each
// look more is another turn for it.
const mostPerLook = Interval

// Rest adds up quiet intervals in a row. The zero value is ready.
type Rest struct {
	last  Beat
	when  time.Time
	quiet time.Duration
}

// Observe takes a beat and returns for how long the process has been at rest.
// Call it about every Interval, on a locked thread.
func (r *Rest) Observe() (at time.Duration, beat Beat) {
	beat = Look()
	now := time.Now()
	since := now.Sub(r.when)
	if !r.when.IsZero() && beat.Runnable == 0 &&
		(beat.CPU-r.last.CPU).Seconds() <= quietCPU*since.Seconds() &&
		float64(beat.Switches-r.last.Switches) <= quietSwitches*since.Seconds() {
		r.quiet += min(since, mostPerLook)
	} else {
		r.quiet = 0
	}
	r.last, r.when = beat, now
	return r.quiet, beat
}
