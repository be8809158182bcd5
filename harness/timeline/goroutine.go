package timeline

import (
	"iter"
	"slices"
	"strings"

	"golang.org/x/exp/trace"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// goroutine takes the change of a goroutine's state.
func (r *recording) goroutine(event trace.Event, change trace.StateTransition) {
	id := uint64(change.Resource.Goroutine())
	from, to := change.Goroutine()
	l, known := r.goroutines[id]
	if !known {
		l = r.begins(&lane{Lane: report.Lane{ID: id}})
		r.goroutines[id] = l
	}
	frames := framesOf(change.Stack.Frames())
	l.belongs(frames)
	switch {
	case from == trace.GoUndetermined && !known:
		// It was so before the recording began, which tells of it at some time.
		l.since = r.begin
	case from == trace.GoNotExist:
		r.born(l, event)
	case from == trace.GoWaiting && to == trace.GoRunnable:
		r.wakes = r.woken(l, event)
	}
	if to == trace.GoNotExist {
		r.ends(l)
		return
	}
	r.turns(l, spanOf(to, change.Reason, frames))
}

// belongs notes that a goroutine is or was in the answer. It bears the name of the
// outermost function of the answer's that it was seen in first.
func (l *lane) belongs(frames []stack.Frame) {
	for _, frame := range slices.Backward(frames) {
		switch {
		case frame.Answer() && !l.mine:
			l.mine, l.Name = true, frame.Location().Function
		case frame.Spec() && l.Name == "":
			l.Name = frame.Location().Function
		}
	}
}

// born notes the go statement.
func (r *recording) born(l *lane, event trace.Event) {
	for _, frame := range framesOf(event.Stack().Frames()) {
		if frame.Answer() || frame.Spec() {
			l.Born = frame.Location()
			l.ours = frame.Answer()
			break
		}
	}
	r.wakes = r.woken(l, event)
}

func (r *recording) woken(l *lane, event trace.Event) []wake {
	by, there := r.goroutines[uint64(event.Goroutine())]
	if !there || event.Goroutine() == trace.NoGoroutine {
		return r.wakes
	}
	return append(r.wakes, wake{r.now, by, l})
}

// hooks is the package whose functions the instrumented answer calls.
const hooks = "/harness/instrument/hook."

// spanOf is what a goroutine in a state does.
func spanOf(state trace.GoState, reason string, frames []stack.Frame) report.Span {
	span := report.Span{Doing: report.Runs}
	switch state {
	case trace.GoWaiting:
		span.Doing, span.Why = report.Waits, dumped(reason, frames)
		if span.Why == "sleep" {
			span.Doing = report.Sleeps
		}
	case trace.GoSyscall:
		span.Doing = report.Calls
	default:
		return span
	}
	for _, frame := range frames {
		if strings.Contains(frame.Function, hooks) {
			// The answer doesn't sleep: it is made to be slow.
			return report.Span{Doing: report.Runs, Why: Slowed}
		}
	}
	if span.Where = stack.Answers(frames); len(span.Where) == 0 {
		for _, frame := range frames {
			if frame.Spec() {
				span.Where = append(span.Where, frame.Location())
			}
		}
	}
	return span
}

// dumped is the wait reason that a stack dump has for one of a trace. A trace calls all
// of package sync the same, and says nothing of those that waited before it began.
func dumped(reason string, frames []stack.Frame) string {
	switch reason {
	case "network":
		return "IO wait"
	case "coroutine switch":
		return "coroutine"
	case "", "sync":
		for _, frame := range frames {
			if known, is := blocking[frame.Function]; is {
				return known
			}
		}
	}
	return strings.ReplaceAll(reason, "(*Cond)", "Cond")
}

// blocking has the functions in which goroutines block.
var blocking = map[string]string{
	"runtime.chanrecv1":      "chan receive",
	"runtime.chanrecv2":      "chan receive",
	"runtime.chansend1":      "chan send",
	"runtime.selectgo":       "select",
	"time.Sleep":             "sleep",
	"sync.(*Mutex).Lock":     "sync.Mutex.Lock",
	"sync.(*RWMutex).Lock":   "sync.RWMutex.Lock",
	"sync.(*RWMutex).RLock":  "sync.RWMutex.RLock",
	"sync.(*WaitGroup).Wait": "sync.WaitGroup.Wait",
	"sync.(*Cond).Wait":      "sync.Cond.Wait",
}

// Slowed is why a goroutine takes long that the harness holds up, to disturb the
// schedule.
const Slowed = "slowed by the grader"

func framesOf(all iter.Seq[trace.StackFrame]) (frames []stack.Frame) {
	for frame := range all {
		frames = append(frames, stack.Frame{Function: frame.Func, File: frame.File, Line: int(frame.Line)})
	}
	return frames
}
