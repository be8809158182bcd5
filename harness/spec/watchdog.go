package spec

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/concurrency-dojo/dojo/harness/instrument/hook"
	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// errAtRest is the cause with which a spec's context ends when the process has
// come to rest: whatever the spec still waits for will not come true.
var errAtRest = errors.New("the program came to rest")

// How long a process must be at rest until its spec counts as stuck. A goroutine
// of the answer that sleeps may wake up and go on, so it is given longer.
const (
	restGrace  = 2 * time.Second
	sleepGrace = 10 * time.Second
	// endGrace is what a stuck spec gets, at rest, to end after its context did.
	endGrace = time.Second
	// firstLook leaves specs alone that are over in a moment.
	firstLook = 3 * pulse.Interval
	// longestNap bounds the time between two looks, so that the watchdog speaks
	// long before the parent takes its silence for the end.
	longestNap = time.Second
)

// watchdog ends specs that get nowhere. There is one for the process, because it
// keeps a thread.
type watchdog struct {
	gates  gates
	limits report.Limits
	// recorder is set before start, if at all.
	recorder *recorder
	// abandon ends the process with what was found of a spec that can't be
	// ended otherwise.
	abandon func(report.Outcome)

	mu      sync.Mutex
	active  bool
	since   time.Time
	cpu     time.Duration
	rest    pulse.Rest
	wakes   standstill
	cancels []context.CancelCauseFunc
	stuck   *report.Stuck
	burn    *pulse.Burn
}

var theWatchdog = &watchdog{}

// start begins to watch; abandon is called at most once, and does not return.
func (w *watchdog) start(limits report.Limits, abandon func(report.Outcome)) {
	w.limits, w.abandon = limits, abandon
	go w.watch()
}

// begin watches a new spec.
func (w *watchdog) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gates.clear()
	w.active, w.since, w.cpu = true, time.Now(), -1
	w.rest, w.wakes, w.stuck, w.burn, w.cancels = pulse.Rest{}, standstill{}, nil, nil, nil
}

// end stops watching and returns what was found.
func (w *watchdog) end() (stuck *report.Stuck, burn *pulse.Burn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.active = false
	for _, cancel := range w.cancels {
		cancel(nil)
	}
	return w.stuck, w.burn
}

// note keeps that the current spec waited by burning CPU.
func (w *watchdog) note(burn pulse.Burn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.burn = &burn
}

// around gives each node of a spec a context that ends when the process is at
// rest.
func (w *watchdog) around(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cancels = append(w.cancels, cancel)
	return ctx
}

// endContexts ends what the current spec waits for.
func (w *watchdog) endContexts(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, cancel := range w.cancels {
		cancel(cause)
	}
}

// watch looks every pulse.Interval, for as long as the process lives. A look at
// thousands of goroutines takes long and holds them all up: then it looks less
// often, so that it takes a tenth of the time at most.
func (w *watchdog) watch() {
	runtime.LockOSThread()
	for {
		start := time.Now()
		w.look()
		w.recorder.nap(min(max(pulse.Interval, 9*time.Since(start)), longestNap))
	}
}

// look takes one look at the current spec.
func (w *watchdog) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.active || time.Since(w.since) < firstLook {
		return
	}
	at, beat := w.rest.Observe()
	if w.cpu < 0 {
		w.cpu = beat.CPU
	}
	wakes := w.wakes.observe(beat, time.Now(), stack.All)
	switch {
	case w.limits.SpecCPU > 0 && beat.CPU-w.cpu > w.limits.SpecCPU:
		w.give(report.CPUBudget)
	case w.limits.SpecWall > 0 && time.Since(w.since) > w.limits.SpecWall:
		w.give(report.WallLimit)
	case w.stuck != nil && (at >= endGrace || wakes):
		w.abandon(report.Outcome{Stuck: w.stuck, Wall: time.Since(w.since)})
	case w.stuck == nil && (at >= restGrace || wakes):
		stuck := w.describe(report.AtRest)
		if sleeps(stuck) && at < sleepGrace && !wakes {
			return
		}
		w.stuck = stuck
		w.rest, w.wakes = pulse.Rest{}, standstill{}
		w.recorder.rest()
		for _, cancel := range w.cancels {
			cancel(errAtRest)
		}
	}
}

// give gives the spec up: nothing in the process can stop what it computes.
func (w *watchdog) give(kind report.StuckKind) {
	w.abandon(report.Outcome{Stuck: w.describe(kind), Wall: time.Since(w.since)})
}

// describe says who waits for what.
func (w *watchdog) describe(kind report.StuckKind) *report.Stuck {
	stuck := &report.Stuck{Kind: kind, After: time.Since(w.since), Gate: w.gates.waiting()}
	all := stack.All()
	locks := onLoan(all, hook.Locks())
	for _, g := range all {
		seen := g.Report()
		seen.Holds, seen.Wants = locksOf(seen, all, locks)
		switch {
		case g.Creator.Answer():
			stuck.Others = append(stuck.Others, seen)
		case len(seen.Where) == 0:
		default:
			stuck.Calls = append(stuck.Calls, seen)
		}
	}
	return stuck
}

// onLoan corrects the table of locks for those who are in Cond.Wait, which gives
// back the lock that was taken for it and takes it again before it returns. Of
// several, it is the one that another holds meanwhile, or else the last.
func onLoan(all []stack.Goroutine, locks []hook.Held) []hook.Held {
	for _, g := range all {
		if !g.Calls("sync.(*Cond).Wait") {
			continue
		}
		given := -1
		for i, mine := range locks {
			if mine.Goroutine != g.ID || mine.Wanted {
				continue
			}
			given = i
			if slices.ContainsFunc(locks, func(other hook.Held) bool {
				return other.Same(mine) && other.Goroutine != g.ID && !other.Wanted
			}) {
				break
			}
		}
		switch {
		case given < 0:
		case g.State == "sync.Cond.Wait":
			locks = slices.Delete(locks, given, given+1)
		default:
			locks[given].Wanted = true
		}
	}
	return locks
}

// locksOf returns the locks that a goroutine holds, and those that keep it from
// taking the one that it waits for.
func locksOf(g report.Goroutine, all []stack.Goroutine, locks []hook.Held) (holds, wants []report.Lock) {
	for _, mine := range locks {
		switch {
		case mine.Goroutine != g.ID:
		case !mine.Wanted:
			holds = append(holds, lock(mine, all))
		default:
			for _, other := range locks {
				if other.Wanted || !other.Same(mine) || other.Goroutine == g.ID && !waitsAt(g, mine) {
					continue
				}
				wants = append(wants, lock(other, all))
			}
		}
	}
	return holds, wants
}

// waitsAt reports whether the goroutine waits in the call that wants the lock. A
// lock of the answer's own may begin with a mutex: then the two have one address,
// and its Lock that waits inside holds the one and wants the other.
func waitsAt(g report.Goroutine, wanted hook.Held) bool {
	return len(g.Where) == 0 || g.Where[0].File == wanted.File && g.Where[0].Line == wanted.Line
}

func lock(h hook.Held, all []stack.Goroutine) report.Lock {
	return report.Lock{
		Name: h.Name, Read: h.Read, Holder: h.Goroutine,
		Where: report.Location{File: h.File, Line: h.Line},
		Ended: !slices.ContainsFunc(all, func(g stack.Goroutine) bool { return g.ID == h.Goroutine }),
	}
}

func sleeps(stuck *report.Stuck) bool {
	for _, goroutines := range [][]report.Goroutine{stuck.Calls, stuck.Others} {
		for _, g := range goroutines {
			if g.State == "sleep" {
				return true
			}
		}
	}
	return false
}
