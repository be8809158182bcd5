package pulse_test

import (
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

const window = 200 * time.Millisecond

// poller is a goroutine that polls in line 40 of an answer.
var poller = stack.Goroutine{ID: 9, State: "sleep", Frames: []stack.Frame{
	{Function: "time.Sleep", File: "runtime/time.go", Line: 363},
	{Function: "github.com/concurrency-dojo/dojo/katas/sync/lock.(*Lock).Lock", File: "github.com/concurrency-dojo/dojo/katas/sync/lock/lock.go", Line: 40},
}}

func TestIdle(t *testing.T) {
	for _, c := range []struct {
		why  string
		burn pulse.Burn
		idle bool
		says string
	}{
		{"blocked", pulse.Burn{CPU: time.Millisecond, Window: window}, true, ""},
		{"something else of the process needed a moment", pulse.Burn{CPU: 20 * time.Millisecond, Window: window, Runnable: 0.2}, true, ""},
		{"a spinner with a processor to itself", pulse.Burn{CPU: window, Window: window, Runnable: 1}, false, "at 100 % of the looks"},
		{"a spinner that a crowded machine gives no processor", pulse.Burn{CPU: time.Millisecond, Window: window, Runnable: 1}, false, "at 100 % of the looks"},
		{"one that is runnable at every other look", pulse.Burn{Window: window, Runnable: 0.5}, false, "at 50 % of the looks"},
		{"one that is never caught, since it naps between its rounds", pulse.Burn{CPU: window / 4, Window: window}, false, "50ms of CPU time went into 200ms"},
		{"one that sleeps, looks, and sleeps again costs little, and is no wait either",
			pulse.Burn{Window: window, Sleeping: []stack.Goroutine{poller}}, false, "katas/sync/lock/lock.go:40 polls"},
		{"beside a spinner, the sleeper is the lesser evil",
			pulse.Burn{CPU: window, Window: window, Runnable: 1, Sleeping: []stack.Goroutine{poller}}, false, "at 100 % of the looks"},
	} {
		t.Run(c.why, func(t *testing.T) {
			if c.burn.Idle() != c.idle {
				t.Errorf("idle is %v", c.burn.Idle())
			}
			if !strings.Contains(c.burn.String(), c.says) {
				t.Errorf("says %q, want %q in it", c.burn, c.says)
			}
		})
	}
}

// background runs f in a goroutine until the test ends, and waits for its end.
// f gets a flag that says when.
func background(t *testing.T, f func(over *atomic.Bool)) {
	t.Helper()
	var over atomic.Bool
	running, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		close(running)
		f(&over)
	}()
	<-running
	t.Cleanup(func() { over.Store(true); <-ended })
}

func spin(over *atomic.Bool) {
	for !over.Load() {
	}
}

func yield(over *atomic.Bool) {
	for !over.Load() {
		runtime.Gosched()
	}
}

func TestStarved(t *testing.T) {
	asleep := []stack.Goroutine{{ID: 1, State: "sleep"}}
	for _, c := range []struct {
		why   string
		burn  pulse.Burn
		spent time.Duration
		want  bool
	}{
		{"it could run nearly always, and was hardly ever let", pulse.Burn{Runnable: 0.9, CPU: 3 * time.Millisecond, Window: 377 * time.Millisecond}, 3 * time.Millisecond, true},
		{"little by little it has burnt enough", pulse.Burn{Runnable: 0.9, CPU: 3 * time.Millisecond, Window: 377 * time.Millisecond}, 20 * time.Millisecond, false},
		{"it takes a good part of a processor", pulse.Burn{Runnable: 0.9, CPU: 10 * time.Millisecond, Window: 40 * time.Millisecond}, 10 * time.Millisecond, false},
		{"it sleeps and looks", pulse.Burn{Runnable: 0.9, CPU: time.Millisecond, Window: 40 * time.Millisecond, Sleeping: asleep}, time.Millisecond, false},
		{"it was woken by nothing", pulse.Burn{Runnable: 0.9, CPU: time.Millisecond, Window: 40 * time.Millisecond, Woken: asleep}, time.Millisecond, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			if c.burn.Idle() {
				t.Error("it is no evidence at all")
			}
			if got := c.burn.Starved(c.spent); got != c.want {
				t.Errorf("starved: %v", got)
			}
		})
	}
}

func TestMeasureConvicts(t *testing.T) {
	for _, c := range []struct {
		why  string
		wait func(over *atomic.Bool)
	}{
		{"a goroutine that spins", spin},
		{"a goroutine that lets others run before it spins on", yield},
	} {
		t.Run(c.why, func(t *testing.T) {
			background(t, c.wait)
			// However little of the machine it gets, it is always ready to run.
			if burn := pulse.Measure(window); burn.Idle() || burn.Runnable < 1 || burn.Window < window {
				t.Errorf("%+v", burn)
			}
		})
	}
}

func TestMeasureAcquitsBlockedGoroutines(t *testing.T) {
	blockEverywhere(t)
	// As spec.Idle does: the machine may need a moment for something else.
	burn := pulse.Measure(window)
	for try := 0; !burn.Idle() && try < 10; try++ {
		burn = pulse.Measure(window)
	}
	if !burn.Idle() {
		t.Errorf("%+v", burn)
	}
}

func TestMeasureFindsTheAnswerThatPolls(t *testing.T) {
	background(t, pollInAnswer)
	background(t, pollOutside)
	// A look may find the poller awake, and then it is no evidence.
	burn := pulse.Measure(window)
	for try := 0; len(burn.Sleeping) == 0 && try < 20; try++ {
		burn = pulse.Measure(window)
	}
	if burn.Idle() || len(burn.Sleeping) != 1 || !strings.Contains(burn.String(), "katas/sync/lock/lock.go:12 polls") {
		t.Errorf("%v\n%+v", burn, burn)
	}
}

// pollOutside polls as a spec's Eventually does, which is not the answer's fault.
func pollOutside(over *atomic.Bool) {
	for !over.Load() {
		time.Sleep(20 * time.Millisecond)
	}
}
