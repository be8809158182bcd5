// Package guard finds what a spec left behind in its process and around it.
//
// A guard takes a census before a spec and another after it; what is there
// afterwards and was not there before is a leak. Whatever is still on its way
// out (a goroutine that returns, a child that ends) is waited for as long as the
// process is busy, and not a moment longer: once it is at rest, what is left
// stays left.
package guard

import (
	"maps"
	"regexp"
	"runtime"
	"slices"
	"time"

	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/report"
)

// Options say what belongs to this process alone.
type Options struct {
	// Temp is the process's own folder for temporary files.
	Temp string
	// PrivateIPC: no other process shares /dev/shm and the IPC objects.
	PrivateIPC bool
	// RaceLog is the prefix of the race detector's log, "" if it goes to stderr.
	RaceLog string
}

// Guard watches one process, spec after spec.
type Guard struct {
	options  Options
	censuses []census
	// before is the last census at which nothing was left, nil if there is none:
	// the end of one spec is the beginning of the next.
	before []found
	now    []found
	races  races
}

// found is what a census sees: a thing's identity and how to report it.
type found map[string]report.Leak

// census is a row of the table of things that can be left behind. It may assume
// that nothing but the spec changes what it looks at.
type census struct {
	kind report.LeakKind
	look func(Options) found
	// explain adds what takes longer to find out; nil if look told all.
	explain func(left found)
	// undo makes good what was left, so that it troubles no later spec; nil
	// where only a new process does.
	undo func(left found)
}

// New returns a guard.
func New(o Options) *Guard {
	warmUp()
	return &Guard{options: o, censuses: slices.Concat(everywhere, local), races: newRaces(o.RaceLog)}
}

// everywhere holds the censuses that need no particular system; local those of
// this one.
var everywhere = []census{
	{kind: report.LeakGoroutine, look: goroutines},
	{kind: report.LeakFile, look: files},
	{kind: report.LeakState, look: state, undo: restore},
}

// Begin takes the census before a spec, unless the one after the spec before it
// still holds.
func (g *Guard) Begin() {
	if g.before == nil {
		g.before = g.look()
	}
	g.races.begin()
}

// look takes one census of everything.
func (g *Guard) look() []found {
	var all []found
	for _, c := range g.censuses {
		all = append(all, c.look(g.options))
	}
	return all
}

// patience is how long a process must be at rest until what is left counts as
// left; tooLong bounds the wait for one that never rests.
const (
	patience = 4 * pulse.Interval
	tooLong  = 10 * time.Second
)

// End takes the census after a spec and returns the races that were seen
// meanwhile and the leaks. What was left is undone as far as can be; dirty
// reports that something is left nevertheless, so that the next spec belongs
// into a new process.
func (g *Guard) End() (races []report.Race, leaks []report.Leak, dirty bool) {
	left, before := g.settle(), g.before
	g.before = g.now
	for i, c := range g.censuses {
		if len(left[i]) == 0 {
			continue
		}
		g.before = nil
		if c.explain != nil {
			c.explain(left[i])
		}
		for _, id := range slices.Sorted(maps.Keys(left[i])) {
			leak := left[i][id]
			leak.Kind = kindOf(leak, c.kind)
			leaks = append(leaks, leak)
		}
		if c.undo != nil {
			c.undo(left[i])
		}
		// Not everything that can be undone is: an ignored signal stays so.
		dirty = dirty || len(since(before[i], c.look(g.options))) > 0
	}
	return g.races.end(), withoutHandles(leaks), dirty
}

// handled finds the process that a leak is about.
var handled = regexp.MustCompile(`(?:^|\), )process (\d+)`)

// withoutHandles leaves out descriptors that stand for a process (pidfd_open(2)) if
// that process itself is left: os.Process keeps one, and who waits for the process has
// closed it, too.
func withoutHandles(leaks []report.Leak) []report.Leak {
	left := map[string]bool{}
	for _, leak := range leaks {
		if match := handled.FindStringSubmatch(leak.What); match != nil && leak.Kind != report.LeakDescriptor {
			left[match[1]] = true
		}
	}
	return slices.DeleteFunc(leaks, func(leak report.Leak) bool {
		match := handled.FindStringSubmatch(leak.What)
		return leak.Kind == report.LeakDescriptor && match != nil && left[match[1]]
	})
}

// kindOf lets a census see several kinds: children are also zombies.
func kindOf(leak report.Leak, kind report.LeakKind) report.LeakKind {
	if leak.Kind != "" {
		return leak.Kind
	}
	return kind
}

// settle takes the census until nothing is left or the process is at rest.
func (g *Guard) settle() []found {
	left, some := g.left()
	for wait := 50 * time.Microsecond; some && wait < pulse.Interval; wait *= 2 {
		time.Sleep(wait)
		left, some = g.left()
	}
	if !some || g.lost(left) {
		return left
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var rest pulse.Rest
	for start := time.Now(); some && time.Since(start) < tooLong; {
		pulse.Nap(pulse.Interval)
		at, _ := rest.Observe()
		left, some = g.left()
		if at >= patience {
			break
		}
	}
	return left
}

// left returns, census by census, what is there now and was not there before.
func (g *Guard) left() (left []found, some bool) {
	g.now = g.look()
	for i, seen := range g.now {
		fresh := since(g.before[i], seen)
		some = some || len(fresh) > 0
		left = append(left, fresh)
	}
	return left, some
}

// since returns what is there now and was not there before.
func since(before, now found) found {
	fresh := maps.Clone(now)
	maps.DeleteFunc(fresh, func(id string, _ report.Leak) bool { _, was := before[id]; return was })
	return fresh
}

// lost reports whether nothing but goroutines is left, and the runtime knows
// that none of them can ever run again: then there is nothing to wait for. It is
// not asked about anything else, because its answer costs a garbage collection,
// and that closes files that were forgotten.
func (g *Guard) lost(left []found) bool {
	for i, c := range g.censuses {
		if c.kind != report.LeakGoroutine && len(left[i]) > 0 {
			return false
		}
	}
	dead := unreachable()
	for i := range g.censuses {
		for id := range left[i] {
			if !dead[id] {
				return false
			}
		}
	}
	return true
}
