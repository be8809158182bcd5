package spec

import (
	"slices"
	"time"

	"github.com/concurrency-dojo/dojo/harness/instrument/hook"
	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// standstill tells a spec that gets nowhere although the process is never at
// rest, because something in it wakes up now and then: a ticker, say, beside a
// call that waits for ever. The zero value is ready.
//
// A right answer that a slow machine holds up must not be taken for it. Such a
// one is runnable, look after look, and hardly ever waits; and what it does lets
// somebody go on. So three things must hold for sleepGrace, together: at most
// looks nothing could run, hardly any processor time was spent, and one goroutine
// at least of the spec's or the answer's has waited all along, for the same thing
// at the same line.
type standstill struct {
	cpu    time.Duration // spent before the first look
	last   time.Time     // of the looks
	lasted time.Duration
	looks  int
	idle   int // looks at which nothing could run
	// steps are how often the goroutines were compared, and waits those that
	// were the same each time.
	steps int
	waits []waiting
}

// waiting is a goroutine that waits, and where.
type waiting struct {
	id    uint64
	state string
	where report.Location
}

// Bounds of a standstill. A comparison of goroutines costs a dump, so that it is
// done less often than a look.
const (
	standstillStep = time.Second
	standstillIdle = 0.75  // of the looks
	standstillCPU  = 0.125 // of the time
)

// observe takes account of a beat and reports whether the standstill has lasted
// for sleepGrace. Between looks the process may not have been given a processor,
// so that a long time between two counts for little.
func (s *standstill) observe(beat pulse.Beat, now time.Time, goroutines func() []stack.Goroutine) bool {
	if s.last.IsZero() {
		*s = standstill{cpu: beat.CPU, last: now, waits: blocked(goroutines())}
		return false
	}
	s.lasted += min(now.Sub(s.last), 4*pulse.Interval)
	s.last = now
	s.looks++
	if beat.Runnable == 0 {
		s.idle++
	}
	if s.lasted < time.Duration(s.steps+1)*standstillStep {
		return false
	}
	s.steps++
	if float64(s.idle) < standstillIdle*float64(s.looks) || (beat.CPU-s.cpu).Seconds() > standstillCPU*s.lasted.Seconds() {
		*s = standstill{}
		return false
	}
	still := blocked(goroutines())
	s.waits = slices.DeleteFunc(s.waits, func(g waiting) bool { return !slices.Contains(still, g) })
	if len(s.waits) == 0 {
		*s = standstill{}
		return false
	}
	return s.lasted >= sleepGrace
}

// blocked returns the goroutines in an answer or its specs that wait for
// something which time alone does not bring.
func blocked(all []stack.Goroutine) []waiting {
	var found []waiting
	for _, g := range all {
		switch g.State {
		case "running", "runnable", "preempted", "copystack", "sleep":
			continue
		}
		inner := slices.IndexFunc(g.Frames, func(f stack.Frame) bool { return f.Answer() || f.Spec() })
		if inner >= 0 && !g.Calls(hook.Pausing) {
			found = append(found, waiting{g.ID, g.State, g.Frames[inner].Location()})
		}
	}
	return found
}
