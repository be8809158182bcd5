package spec

import (
	"bytes"
	"context"
	"runtime/trace"
	"sync"
	"time"

	"github.com/concurrency-dojo/dojo/harness/attest"
	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/timeline/remark"
)

// recorder keeps the last of what goroutines and processes did, for the picture of a
// spec that failed. nil records nothing.
type recorder struct {
	flight *trace.FlightRecorder
	// kept is told of each recording, at most once a round.
	kept func(data []byte)

	mu sync.Mutex
	// on: a round is being recorded.
	on bool
	// seen are the processes below this one at the last look.
	seen map[int]string
	// pause is the time until the next look; only nap uses it.
	pause time.Duration
}

// The time between two looks at the processes: what lasts shorter may not be in the
// picture. It grows while nothing changes, since looks are recorded too.
const (
	lookOften  = 2 * time.Millisecond
	lookSeldom = 50 * time.Millisecond
)

// begin starts the recording of a round.
func (r *recorder) begin() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flight = trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Minute, MaxBytes: attest.MostTrace * 2 / 3})
	if r.flight.Start() != nil {
		return
	}
	r.on, r.seen = true, map[int]string{}
	trace.Log(context.Background(), remark.Begin, "")
}

// rest notes that the spec came to rest: what is done to end it is no part of the
// picture.
func (r *recorder) rest() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.on {
		trace.Log(context.Background(), remark.End, "")
	}
}

// end hands the recording over, if there is one: at the end of a round, or when it is
// given up.
func (r *recorder) end() {
	if r == nil {
		return
	}
	r.look()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.on {
		return
	}
	r.on = false
	trace.Log(context.Background(), remark.End, "")
	var data bytes.Buffer
	if _, err := r.flight.WriteTo(&data); err == nil && data.Len() <= attest.MostTrace {
		r.kept(data.Bytes())
	}
	r.flight.Stop()
}

// nap sleeps as pulse.Nap does, and looks at the processes meanwhile. The watchdog's
// thread does it, whose processor time counts for nobody.
func (r *recorder) nap(d time.Duration) {
	if r == nil {
		pulse.Nap(d)
		return
	}
	for end := time.Now().Add(d); time.Now().Before(end); pulse.Nap(r.pause) {
		if r.look() {
			r.pause = lookOften
		} else {
			r.pause = min(r.pause+r.pause/8, lookSeldom)
		}
	}
}

// look notes what became of the processes since the last look, and reports whether
// anything did.
func (r *recorder) look() (changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.on {
		return false
	}
	now := map[int]string{}
	for _, p := range pulse.Processes() {
		now[p.ID] = remark.Process(p.ID, p.Parent, p.State, p.Name)
	}
	for pid, text := range now {
		if r.seen[pid] != text {
			changed = true
			trace.Log(context.Background(), remark.OfProcess, text)
		}
	}
	for pid := range r.seen {
		if _, there := now[pid]; !there {
			changed = true
			trace.Log(context.Background(), remark.OfProcess, remark.Process(pid, 0, remark.Gone, ""))
		}
	}
	r.seen = now
	return changed
}
