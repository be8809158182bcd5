package pulse

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/concurrency-dojo/dojo/harness/instrument/hook"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// Burn is the evidence on whether a wait was idle.
type Burn struct {
	// CPU is what was spent over Window.
	CPU, Window time.Duration
	// Runnable is the share of looks, 0 to 1, at which something could run.
	Runnable float64
	// Working are goroutines of the answer that could run at the last look at
	// which there were any.
	Working []stack.Goroutine
	// Woken are goroutines of the answer that did something although nothing
	// happened; only hooks (package instrument/hook) show them.
	Woken []stack.Goroutine
	// Sleeping are goroutines of the answer that poll: asleep at most looks.
	Sleeping []stack.Goroutine
}

// Idle reports whether the wait cost as little as a blocked goroutine costs.
// The share of runnable looks is what convicts a spinner on a crowded machine,
// where it gets little CPU; the CPU is what convicts one that yields.
func (b Burn) Idle() bool {
	return b.Runnable < 0.5 && b.CPU < b.Window/4 && len(b.Sleeping) == 0 && len(b.Woken) == 0
}

// leastBurn is the processor time that a spinner takes sooner or later, however little
// of it a crowded machine gives it.
const leastBurn = 20 * time.Millisecond

// Starved reports whether the only evidence is that something could have run, and it
// got next to no processor time, spent in all since it was first seen so: it may have
// had a moment's work to do, and not yet been let. Whoever spins takes what it is
// given, so that looking on tells the two apart.
func (b Burn) Starved(spent time.Duration) bool {
	return spent < leastBurn && b.CPU < b.Window/4 && len(b.Sleeping) == 0 && len(b.Woken) == 0
}

// OnlyWoken reports whether the only evidence is that somebody did something although
// nothing happened. On a crowded machine a signal or an end may come late, when all
// seemed to be at rest already.
func (b Burn) OnlyWoken() bool {
	return len(b.Woken) > 0 && len(b.Sleeping) == 0 && b.Runnable < 0.5 && b.CPU < b.Window/4
}

// Measure watches the process for about window and reports what it spent.
func Measure(window time.Duration) (burn Burn) {
	Locked(func() { burn = measure(window) })
	return burn
}

// Of so many looks, a goroutine that polls is asleep at pollingLooks or more: it
// wakes up in between, so that some may find it awake.
const (
	looks        = 10
	pollingLooks = 7
)

func measure(window time.Duration) Burn {
	before, start := usage().CPU, time.Now()
	runnable := 0
	seen := sleepers{}
	var working []stack.Goroutine
	hook.Watch()
	for range looks {
		Nap(window / looks)
		beat, all := look()
		if beat.Runnable > 0 {
			runnable++
		}
		seen.look(all)
		if now := atWork(all); len(now) > 0 {
			working = now
		}
	}
	burn := Burn{
		CPU:      usage().CPU - before,
		Window:   time.Since(start),
		Runnable: float64(runnable) / looks,
		Working:  working,
		Woken:    woken(hook.Watched()),
		Sleeping: seen.polling(),
	}
	if runnable == 0 && burn.CPU >= burn.Window/4 {
		// Looks cost something too, in threads that the runtime wakes for them and, on a
		// crowded machine, as much as somebody who polls. What nobody looks at costs what
		// it costs by itself.
		before, start = usage().CPU, time.Now()
		Nap(window)
		burn.CPU, burn.Window = usage().CPU-before, time.Since(start)
	}
	return burn
}

// woken returns the goroutine that passed the last of the hooks, if any was.
func woken(passed int, goroutine uint64) (found []stack.Goroutine) {
	if passed == 0 {
		return nil
	}
	for _, g := range stack.All() {
		if g.ID == goroutine && len(stack.Answers(g.Frames)) > 0 {
			found = append(found, g)
		}
	}
	return found
}

// AtWork returns the goroutines of the answer that could run now.
func AtWork() []stack.Goroutine { return atWork(stack.All()) }

func atWork(all []stack.Goroutine) (found []stack.Goroutine) {
	for _, g := range all {
		if couldRun(g.State) && len(stack.Answers(g.Frames)) > 0 {
			found = append(found, g)
		}
	}
	return found
}

// Where are the answer's frames of one who did not wait idly, none if it was
// seen at none.
func (b Burn) Where() []report.Location {
	for _, g := range slices.Concat(b.Sleeping, b.Woken, b.Working) {
		return stack.Answers(g.Frames)
	}
	return nil
}

// sleepers are the goroutines of the answer that were seen asleep, as often as
// they were.
type sleepers map[uint64][]stack.Goroutine

func (s sleepers) look(all []stack.Goroutine) {
	for _, g := range all {
		if g.State == "sleep" && !g.Calls(hook.Pausing) && len(stack.Answers(g.Frames)) > 0 {
			s[g.ID] = append(s[g.ID], g)
		}
	}
}

func (s sleepers) polling() (found []stack.Goroutine) {
	for _, id := range slices.Sorted(maps.Keys(s)) {
		if len(s[id]) >= pollingLooks {
			found = append(found, s[id][0])
		}
	}
	return found
}

// String says what the evidence is, for the learner.
func (b Burn) String() string {
	if len(b.Sleeping) > 0 && b.Runnable < 0.5 {
		where := stack.Answers(b.Sleeping[0].Frames)[0]
		return fmt.Sprintf("waiting should block until it is woken, but %s:%d polls: it sleeps, looks, and sleeps again", where.File, where.Line)
	}
	if len(b.Woken) > 0 && b.Runnable < 0.5 {
		where := stack.Answers(b.Woken[0].Frames)[0]
		return fmt.Sprintf("waiting should block until it is woken, but nothing happened and %s:%d woke up to look", where.File, where.Line)
	}
	return fmt.Sprintf("waiting should cost no CPU, but at %.0f %% of the looks something was running, and %v of CPU time went into %v of waiting",
		100*b.Runnable, b.CPU.Round(time.Millisecond), b.Window.Round(time.Millisecond))
}
