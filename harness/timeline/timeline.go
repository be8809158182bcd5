// Package timeline reads the execution trace (runtime/trace) of a recorded run: which
// goroutines of the answer's there were, when each of them waited, for what and at
// which line, who let whom go on, and what became of child processes, which the
// harness's remarks in the trace tell.
//
// A trace comes out of a process that submitted code had run in. The worst that it can
// do here is to draw a wrong picture: no verdict rests on it.
package timeline

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/exp/trace"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/timeline/remark"
)

const (
	// mostLanes and mostWakes are what a picture has room for.
	mostLanes = 16
	mostWakes = 300
	// mostSpans of a lane are kept, the last ones.
	mostSpans = 200
	// mostEvents and mostKnown bound what is read of a trace, and how many lanes are
	// followed.
	mostEvents = 500_000
	mostKnown  = 50_000
)

// Read makes a timeline of a trace. There is an error if it is none, or has nothing of
// the answer's in it.
func Read(from io.Reader) (seen *report.Timeline, err error) {
	defer func() {
		// The reader was made for traces that nobody has tampered with.
		if wrong := recover(); wrong != nil {
			seen, err = nil, fmt.Errorf("timeline: read a trace: %v", wrong)
		}
	}()
	events, err := trace.NewReader(from)
	if err != nil {
		return nil, fmt.Errorf("timeline: read a trace: %w", err)
	}
	r := recording{goroutines: map[uint64]*lane{}, processes: map[uint64]*lane{}}
	for range mostEvents {
		event, err := events.ReadEvent()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("timeline: read a trace: %w", err)
		}
		if r.take(event); r.over || len(r.all) > mostKnown {
			break
		}
	}
	return r.timeline()
}

// recording is what a trace has told so far.
type recording struct {
	begin, now trace.Time
	begun      bool
	// over: the spec has ended.
	over       bool
	goroutines map[uint64]*lane
	processes  map[uint64]*lane
	// all are in the order in which they came to be; a pid may be used again.
	all   []*lane
	wakes []wake
}

// lane is a Lane that grows.
type lane struct {
	report.Lane
	// mine: it was seen in the answer. ours: the answer started it.
	mine, ours bool
	// doing began at since.
	doing report.Span
	since trace.Time
	ended bool
}

type wake struct {
	at       trace.Time
	from, to *lane
}

func (r *recording) take(event trace.Event) {
	if r.now = event.Time(); r.begin == 0 {
		r.begin = r.now
	}
	switch event.Kind() {
	case trace.EventLog:
		switch log := event.Log(); log.Category {
		case remark.Begin:
			r.begun, r.begin, r.wakes = true, r.now, nil
		case remark.End:
			r.over = true
		case remark.OfProcess:
			r.process(log.Message)
		}
	case trace.EventStateTransition:
		if change := event.StateTransition(); change.Resource.Kind == trace.ResourceGoroutine {
			r.goroutine(event, change)
		}
	}
}

// begins opens a lane.
func (r *recording) begins(l *lane) *lane {
	l.since = r.now
	r.all = append(r.all, l)
	return l
}

// turns has a lane do something else from now on.
func (r *recording) turns(l *lane, next report.Span) {
	if l.ended {
		return
	}
	if same(l.doing, next) {
		return
	}
	r.closes(l)
	l.doing, l.since = next, r.now
}

func same(a, b report.Span) bool {
	return a.Doing == b.Doing && a.Why == b.Why && slices.Equal(a.Where, b.Where)
}

// closes ends what a lane does.
func (r *recording) closes(l *lane) {
	if l.doing.Doing == "" || r.now <= r.begin {
		return
	}
	span := l.doing
	span.From, span.To = r.since(l.since), r.since(r.now)
	l.Spans = append(l.Spans, span)
}

func (r *recording) since(at trace.Time) time.Duration { return max(0, at.Sub(r.begin)) }

func (r *recording) ends(l *lane) {
	r.closes(l)
	l.ended = true
}

// timeline is made of what was recorded, at the end.
func (r *recording) timeline() (*report.Timeline, error) {
	t := &report.Timeline{Length: r.since(r.now)}
	var mine []*lane
	for _, l := range r.all {
		if !l.ended {
			r.closes(l)
		}
		// Who was gone before the spec began has no part in it.
		if (l.mine || l.ours) && len(l.Spans) > 0 {
			l.Spans = calm(l.Spans, t.Length)
			mine = append(mine, l)
		}
	}
	if len(mine) == 0 {
		return nil, errors.New("timeline: nothing of the answer's is in the trace")
	}
	shown := choose(mine, t.Length)
	t.More = len(mine) - len(shown)
	index := map[*lane]int{}
	for i, l := range shown {
		index[l] = i
	}
	for _, l := range shown {
		t.Lanes = append(t.Lanes, l.Lane)
	}
	for _, w := range r.wakes {
		from, one := index[w.from]
		to, other := index[w.to]
		if one && other && from != to {
			t.Wakes = append(t.Wakes, report.Wake{At: r.since(w.at), From: from, To: to})
		}
	}
	t.Wakes = t.Wakes[max(0, len(t.Wakes)-mostWakes):]
	return t, nil
}

// choose keeps as many lanes as there is room for: first those that did not come to an
// end, then those with whom much happened; in their order.
func choose(all []*lane, length time.Duration) []*lane {
	if len(all) <= mostLanes {
		return all
	}
	ranked := slices.Clone(all)
	slices.SortStableFunc(ranked, func(a, b *lane) int {
		if a.ended != b.ended {
			if a.ended {
				return 1
			}
			return -1
		}
		return cmp.Compare(len(b.Spans), len(a.Spans))
	})
	ranked = ranked[:mostLanes]
	return slices.DeleteFunc(slices.Clone(all), func(l *lane) bool { return !slices.Contains(ranked, l) })
}

// calm joins what is too short to be seen with what was before: a system call of some
// microseconds is no wait.
func calm(spans []report.Span, length time.Duration) (kept []report.Span) {
	for _, span := range spans {
		last := len(kept) - 1
		short := span.Doing == report.Calls && span.To-span.From < length/100
		if short {
			span.Doing, span.Why, span.Where = report.Runs, "", nil
		}
		if last >= 0 && same(kept[last], span) {
			kept[last].To = span.To
			continue
		}
		kept = append(kept, span)
	}
	if more := len(kept) - mostSpans; more > 0 {
		first := report.Span{From: kept[0].From, To: kept[more].From, Doing: report.Runs}
		kept = slices.Insert(kept[more:], 0, first)
	}
	return kept
}
