package timeline_test

import (
	"bytes"
	"context"
	"runtime"
	"runtime/trace"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stack"
	"github.com/concurrency-dojo/dojo/harness/timeline"
	"github.com/concurrency-dojo/dojo/harness/timeline/remark"
)

// recorded returns the trace of what do does.
func recorded(t *testing.T, do func()) []byte {
	t.Helper()
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Hour, MaxBytes: 32 << 20})
	if err := recorder.Start(); err != nil {
		t.Fatal(err)
	}
	defer recorder.Stop()
	trace.Log(context.Background(), remark.Begin, "")
	do()
	trace.Log(context.Background(), remark.End, "")
	var data bytes.Buffer
	if _, err := recorder.WriteTo(&data); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func read(t *testing.T, data []byte) *report.Timeline {
	t.Helper()
	seen, err := timeline.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

// wait returns once so many goroutines of the answer's are in a state.
func wait(t *testing.T, count int, state string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); runtime.Gosched() {
		found := 0
		for _, g := range stack.All() {
			if g.State == state && len(stack.Answers(g.Frames)) > 0 {
				found++
			}
		}
		if found == count {
			return
		}
	}
	t.Fatalf("there are not %d in state %q", count, state)
}

func find(t *testing.T, seen *report.Timeline, is func(report.Lane) bool) report.Lane {
	t.Helper()
	for _, lane := range seen.Lanes {
		if is(lane) {
			return lane
		}
	}
	t.Fatalf("it is not among %+v", seen.Lanes)
	return report.Lane{}
}

// deadlock has two of the answer's wait for each other, and returns what frees them.
func deadlock(t *testing.T) (free func()) {
	var over sync.WaitGroup
	a, b := cross(&over)
	wait(t, 2, "sync.Mutex.Lock")
	return func() {
		a.Unlock()
		b.Unlock()
		over.Wait()
	}
}

// ended reports whether a lane came to its end before the timeline did.
func ended(l report.Lane, seen *report.Timeline) bool {
	return l.Spans[len(l.Spans)-1].To < seen.Length
}

func named(name string) func(report.Lane) bool {
	return func(l report.Lane) bool { return l.Name == name }
}

func TestALaneShowsWhoWaitsForWhatAndWhere(t *testing.T) {
	items := make(chan int)
	over := make(chan bool)
	seen := read(t, recorded(t, func() {
		go func() { handOver(items); close(over) }()
		wait(t, 1, "chan send")
		<-items
		<-over
	}))
	lane := find(t, seen, named("handOver"))
	waited := false
	for n, span := range lane.Spans {
		if n > 0 && span.From != lane.Spans[n-1].To {
			t.Errorf("there is a gap before span %d of %+v", n, lane.Spans)
		}
		if span.Doing == report.Waits && span.Why == "chan send" {
			waited = true
			if want := (report.Location{File: "katas/sync/lock/lock.go", Line: 25, Function: "handOver"}); len(span.Where) == 0 || span.Where[0] != want {
				t.Errorf("it waits at %+v, want %+v first", span.Where, want)
			}
		}
	}
	if !waited || !ended(lane, seen) {
		t.Errorf("it is to wait and to end: %+v in %v", lane, seen.Length)
	}
}

func TestLanesOfADeadlockWaitUntilTheEnd(t *testing.T) {
	// The deadlock is unlocked afterwards, by hand.
	free := make(chan func(), 1)
	data := recorded(t, func() {
		free <- deadlock(t)
	})
	(<-free)()
	seen := read(t, data)
	one := find(t, seen, func(l report.Lane) bool { return l.Born.Line == 21 })
	other := find(t, seen, func(l report.Lane) bool { return l.Born.Line != 21 && l.Name == "crossed" || l.Name == "cross.func1" })
	for _, lane := range []report.Lane{one, other} {
		last := lane.Spans[len(lane.Spans)-1]
		if ended(lane, seen) || last.Why != "sync.Mutex.Lock" || len(last.Where) == 0 || last.Where[0].Line != 14 {
			t.Errorf("it is to wait for a lock at line 14 to the end: %+v", lane)
		}
	}
	if want := (report.Location{File: "katas/sync/lock/lock.go", Line: 21, Function: "cross"}); one.Born != want {
		t.Errorf("it was born at %+v, want %+v", one.Born, want)
	}
}

func TestProcessesHaveLanes(t *testing.T) {
	tell := func(pid, parent int, state, name string) {
		trace.Log(context.Background(), remark.OfProcess, remark.Process(pid, parent, state, name))
		time.Sleep(time.Millisecond)
	}
	seen := read(t, recorded(t, func() {
		tell(7, 1, "R", "sh")
		tell(8, 7, "S", "a name (of two)")
		tell(7, 1, "Z", "sh")
		tell(7, 1, remark.Gone, "")
		tell(7, 1, "T", "another")
		trace.Log(context.Background(), remark.OfProcess, "nonsense")
	}))
	if len(seen.Lanes) != 3 {
		t.Fatalf("there are the lanes %+v", seen.Lanes)
	}
	shell, child, again := seen.Lanes[0], seen.Lanes[1], seen.Lanes[2]
	if len(shell.Spans) != 2 || shell.Spans[0].Doing != report.Runs || shell.Spans[1].Doing != report.Zombie || !ended(shell, seen) {
		t.Errorf("the shell is to run, to be a zombie and to be gone: %+v", shell)
	}
	if len(seen.Wakes) != 1 || seen.Wakes[0].From != 0 || seen.Wakes[0].To != 1 || child.Name != "a name (of two)" || ended(child, seen) || child.Spans[0].Doing != report.Waits {
		t.Errorf("its child is to wait to the end: %+v", child)
	}
	if again.ID != 7 || again.Name != "another" || again.Spans[0].Doing != report.Stopped {
		t.Errorf("a pid may be used again: %+v", again)
	}
}

func TestWhatTheSpecDidBeforeItsBeginIsNotShown(t *testing.T) {
	items := make(chan int, 1)
	seen := read(t, recorded(t, func() {
		handOver(items)
		<-items
		trace.Log(context.Background(), remark.Begin, "")
		trace.Log(context.Background(), remark.OfProcess, remark.Process(7, 1, "R", "sh"))
		time.Sleep(time.Millisecond)
	}))
	if len(seen.Lanes) != 1 || !seen.Lanes[0].Process {
		t.Errorf("there are the lanes %+v", seen.Lanes)
	}
}

func TestManyLanesAreCut(t *testing.T) {
	seen := read(t, recorded(t, func() {
		for pid := range 100 {
			trace.Log(context.Background(), remark.OfProcess, remark.Process(pid+2, 1, "R", "sh"))
		}
		time.Sleep(time.Millisecond)
		for pid := range 90 {
			trace.Log(context.Background(), remark.OfProcess, remark.Process(pid+2, 1, remark.Gone, ""))
		}
		time.Sleep(time.Millisecond)
	}))
	if len(seen.Lanes) != 16 || seen.More != 84 {
		t.Fatalf("%d lanes and %d more", len(seen.Lanes), seen.More)
	}
	alive := 0
	for _, lane := range seen.Lanes {
		if !ended(lane, seen) {
			alive++
		}
	}
	if alive != 10 {
		t.Errorf("%d of those that did not end are shown, want 10", alive)
	}
}

func TestWhatIsNoTraceIsAnError(t *testing.T) {
	whole := recorded(t, func() {
		trace.Log(context.Background(), remark.OfProcess, remark.Process(7, 1, "R", "sh"))
		time.Sleep(time.Millisecond)
	})
	for why, data := range map[string]string{
		"nothing": "", "text": "go 1.26 trace\x00\x00\x00", "half a header": string(whole[:10]), "nothing of the answer's": string(recorded(t, func() {})),
	} {
		if seen, err := timeline.Read(strings.NewReader(data)); err == nil {
			t.Errorf("%s: %+v", why, seen)
		}
	}
	// However a trace was tampered with, there is an answer.
	for i := 0; i < len(whole); i += 1 + len(whole)/500 {
		broken := bytes.Clone(whole)
		broken[i] ^= 0x55
		timeline.Read(bytes.NewReader(broken))
	}
}
