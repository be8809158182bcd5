package spec

import (
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// waits is a goroutine in line line of the answer.
func waits(id uint64, state string, line int) stack.Goroutine {
	return stack.Goroutine{ID: id, State: state, Frames: []stack.Frame{
		{Function: "sync.(*Mutex).Lock", File: "sync/mutex.go", Line: 1}, {Function: "lock.Lock", File: answerFile, Line: line}}}
}

func TestStandstill(t *testing.T) {
	// Each look is the n-th, at intervals of pulse.Interval.
	stays := func(int) []stack.Goroutine { return []stack.Goroutine{waits(1, "chan receive", 10)} }
	never := func(int) bool { return false }
	for _, c := range []struct {
		why        string
		runnable   func(look int) bool
		cpu        float64 // of the time
		every      time.Duration
		goroutines func(look int) []stack.Goroutine
		found      bool
	}{
		{"a ticker is awake at some looks, and a call waits for ever", func(n int) bool { return n%5 == 0 }, 0.05, pulse.Interval, stays, true},
		{"nothing is awake at all: rest is told elsewhere, but this holds too", never, 0, pulse.Interval, stays, true},
		{"at half of the looks something could run: it may only be slow", func(n int) bool { return n%2 == 0 }, 0.01, pulse.Interval, stays, false},
		{"a crowded machine gives the answer no processor, but it is always ready", func(int) bool { return true }, 0.001, pulse.Interval, stays, false},
		{"what computes between the looks shows in its time", never, 0.3, pulse.Interval, stays, false},
		{"calls come and go: each is another goroutine", never, 0, pulse.Interval,
			func(n int) []stack.Goroutine { return []stack.Goroutine{waits(uint64(n/50), "chan receive", 10)} }, false},
		{"or the same one, further on", never, 0, pulse.Interval,
			func(n int) []stack.Goroutine { return []stack.Goroutine{waits(1, "chan receive", 10+n/50)} }, false},
		{"or waiting for something else", never, 0, pulse.Interval,
			func(n int) []stack.Goroutine {
				return []stack.Goroutine{waits(1, []string{"select", "IO wait"}[n/50%2], 10)}
			}, false},
		{"one of many stays, and that is enough", never, 0, pulse.Interval,
			func(n int) []stack.Goroutine { return append(stays(n), waits(uint64(2+n), "select", 20)) }, true},
		{"a sleeper wakes by itself", never, 0, pulse.Interval, func(int) []stack.Goroutine { return []stack.Goroutine{waits(1, "sleep", 10)} }, false},
		{"none but ours is there", never, 0, pulse.Interval,
			func(int) []stack.Goroutine {
				return []stack.Goroutine{{ID: 1, State: "select", Frames: []stack.Frame{{File: "x/harness/spec/gate.go", Line: 1}}}}
			}, false},
		{"the looks are far apart, since the machine stood still between them", never, 0, 20 * pulse.Interval,
			func(int) []stack.Goroutine { return stays(0) }, true},
	} {
		t.Run(c.why, func(t *testing.T) {
			var s standstill
			start, found := time.Unix(0, 0), time.Duration(0)
			for n := range 250 {
				at := time.Duration(n) * c.every
				beat := pulse.Beat{CPU: time.Duration(c.cpu * float64(at))}
				if c.runnable(n) {
					beat.Runnable = 1
				}
				if s.observe(beat, start.Add(at), func() []stack.Goroutine { return c.goroutines(n) }) && found == 0 {
					found = at
				}
			}
			if (found > 0) != c.found {
				t.Fatalf("found after %v", found)
			}
			if looks := found / c.every; c.found && looks < sleepGrace/(4*pulse.Interval) {
				t.Errorf("%d looks were enough", looks)
			}
		})
	}
}
