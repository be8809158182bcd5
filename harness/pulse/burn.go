package pulse

import (
	"fmt"
	"time"

	"github.com/concurrency-dojo/dojo/harness/stack"
)

// Burn is the evidence on whether a wait was idle.
type Burn struct {
	// CPU is what was spent over Window.
	CPU, Window time.Duration
	// Runnable is the share of looks, 0 to 1, at which something could run.
	Runnable float64
	// Sleeping are goroutines of the answer that poll: asleep at every look.
	Sleeping []stack.Goroutine
}

// Idle reports whether the wait cost as little as a blocked goroutine costs.
// The share of runnable looks is what convicts a spinner on a crowded machine,
// where it gets little CPU; the CPU is what convicts one that yields.
func (b Burn) Idle() bool {
	return b.Runnable < 0.5 && b.CPU < b.Window/4 && len(b.Sleeping) == 0
}

// Measure watches the process for about window and reports what it spent.
func Measure(window time.Duration) (burn Burn) {
	Locked(func() { burn = measure(window) })
	return burn
}

func measure(window time.Duration) Burn {
	const looks = 10
	before, start := usage().CPU, time.Now()
	runnable := 0
	var sleeping []stack.Goroutine
	for i := range looks {
		Nap(window / looks)
		if Look().Runnable > 0 {
			runnable++
		}
		sleeping = stillAsleep(sleeping, i == 0)
	}
	return Burn{
		CPU:      usage().CPU - before,
		Window:   time.Since(start),
		Runnable: float64(runnable) / looks,
		Sleeping: sleeping,
	}
}

// stillAsleep keeps those of the known goroutines that sleep at this look too,
// or finds all that do if this is the first look.
func stillAsleep(known []stack.Goroutine, first bool) []stack.Goroutine {
	asleep := map[uint64]bool{}
	var found []stack.Goroutine
	for _, g := range stack.All() {
		if g.State == "sleep" && len(stack.Answers(g.Frames)) > 0 {
			asleep[g.ID] = true
			found = append(found, g)
		}
	}
	if first {
		return found
	}
	var still []stack.Goroutine
	for _, g := range known {
		if asleep[g.ID] {
			still = append(still, g)
		}
	}
	return still
}

// String says what the evidence is, for the learner.
func (b Burn) String() string {
	if len(b.Sleeping) > 0 && b.Runnable < 0.5 {
		where := stack.Answers(b.Sleeping[0].Frames)[0]
		return fmt.Sprintf("waiting should block until it is woken, but %s:%d polls: it sleeps, looks, and sleeps again", where.File, where.Line)
	}
	return fmt.Sprintf("waiting should cost no CPU, but at %.0f %% of the looks something was running, and %v of CPU time went into %v of waiting",
		100*b.Runnable, b.CPU.Round(time.Millisecond), b.Window.Round(time.Millisecond))
}
