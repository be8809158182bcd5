package spec

import (
	"runtime"
	"runtime/debug"
	"time"

	"github.com/concurrency-dojo/dojo/harness/instrument/hook"
	"github.com/concurrency-dojo/dojo/harness/report"
)

// pace deals the time that a process may take out to its specs.
type pace struct {
	left    int // specs that are not over
	rounds  int
	end     time.Time
	endless bool
	// until is when the current spec's share is used up.
	until time.Time
}

// goesOn reports whether a spec is to have another round. The first is always
// had.
func (p *pace) goesOn(round int) bool {
	now := time.Now()
	if round == 0 {
		p.until = now.Add(p.end.Sub(now) / time.Duration(max(1, p.left)))
		return true
	}
	if p.endless {
		return round < p.rounds
	}
	// A spec in which nothing runs beside anything else has shown in two rounds
	// what it can show; the others can use the time.
	return round < p.rounds && now.Before(p.until) && (round < 2 || hook.Several())
}

// heap is how much memory, in bytes, may lie about uncollected.
const heap = 200 << 20

// uncollected leaves garbage alone in undisturbed runs, as long as there is little of
// it: a collection closes files that were forgotten, and whether one comes is luck.
func uncollected(seed uint64) (undo func()) {
	if !report.Undisturbed(seed) {
		return func() {}
	}
	percent, limit := debug.SetGCPercent(-1), debug.SetMemoryLimit(heap)
	return func() {
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
	}
}

// disturb arms the hooks of an instrumented answer, and varies how many of its
// goroutines run at once and how often garbage is collected. It returns what
// takes that back.
func disturb(seed uint64, round int) (undo func()) {
	hook.Forget()
	if report.Undisturbed(seed) {
		return func() {}
	}
	usual := runtime.GOMAXPROCS(0)
	procs := []int{2, 4, 1, 8, usual}[seed%5]
	runtime.GOMAXPROCS(procs)
	percent := -1
	if seed%3 == 0 {
		percent = debug.SetGCPercent(10)
	}
	hook.Arm(seed, round)
	return func() {
		hook.Disarm()
		// What the answer has set itself is the guard's to find.
		if runtime.GOMAXPROCS(0) == procs {
			runtime.GOMAXPROCS(usual)
		}
		if percent >= 0 {
			debug.SetGCPercent(percent)
		}
	}
}
