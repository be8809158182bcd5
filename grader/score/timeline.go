package score

import (
	"fmt"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// Timeline is what goroutines and processes did when a spec failed once more, with
// recording on. Times are in nanoseconds from its beginning.
type Timeline struct {
	Length int64  `json:"length"`
	Lanes  []Lane `json:"lanes"`
	// Wakes say who started whom, or let whom go on.
	Wakes []Wake `json:"wakes"`
	// Wants say who waits for a lock that another holds.
	Wants []Want `json:"wants"`
	// More is how many lanes there were beside these.
	More int `json:"more"`
}

// Lane is one goroutine, or one process, in the order in which they came to be.
type Lane struct {
	// Kind is "goroutine" or "process".
	Kind string `json:"kind"`
	// ID is the goroutine's, or the pid as the program saw it.
	ID   uint64 `json:"id"`
	Name string `json:"name"`
	// Born is the go statement; nil where that is not the answer's.
	Born *Place `json:"born,omitempty"`
	// Note is what the diagnosis says of it; "" if nothing.
	Note  string `json:"note"`
	Spans []Span `json:"spans"`
}

// Span is a while of a lane.
type Span struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
	// Doing is "runs", "waits", "sleeps", "syscall", "stopped" or "zombie".
	Doing string `json:"doing"`
	// Means is that in words: "waits to receive from a channel".
	Means string `json:"means"`
	At    *Place `json:"at,omitempty"`
}

// Wake is an arrow between two lanes, given by their index.
type Wake struct {
	At   int64 `json:"at"`
	From int   `json:"from"`
	To   int   `json:"to"`
}

// Want is a lane that waits for another one's lock.
type Want struct {
	From int    `json:"from"`
	To   int    `json:"to"`
	Lock string `json:"lock"`
}

// timelineOf puts what was recorded of an outcome into words; nil if nothing was.
func timelineOf(o report.Outcome) *Timeline {
	seen := o.Timeline
	if seen == nil {
		return nil
	}
	t := &Timeline{Length: seen.Length.Nanoseconds(), More: seen.More, Lanes: []Lane{}, Wakes: []Wake{}, Wants: []Want{}}
	for _, l := range seen.Lanes {
		lane := Lane{Kind: "goroutine", ID: l.ID, Name: laneName(l), Spans: []Span{}}
		if l.Process {
			lane.Kind = "process"
		}
		if isAnswer(l.Born) {
			lane.Born = placeOf(l.Born)
		}
		for _, s := range l.Spans {
			lane.Spans = append(lane.Spans, spanOf(s, l.Process))
		}
		lane.Note = noteOf(l, o.Races)
		t.Lanes = append(t.Lanes, lane)
	}
	for _, w := range seen.Wakes {
		t.Wakes = append(t.Wakes, Wake{At: w.At.Nanoseconds(), From: w.From, To: w.To})
	}
	for _, w := range seen.Wants {
		t.Wants = append(t.Wants, Want{From: w.From, To: w.To, Lock: bareName(w.Lock)})
	}
	return t
}

func placeOf(where report.Location) *Place {
	return &Place{File: where.File, Line: where.Line, Function: bare(where.Function)}
}

func laneName(l report.Lane) string {
	switch {
	case l.Name == "":
		return fmt.Sprintf("number %d", l.ID)
	case l.Process:
		return oneLine(l.Name)
	}
	// "(*Queue).Put.func1" is "Put.func1" here: a picture has little room.
	name := bare(l.Name)
	inner := closures.FindString(name)
	name = strings.TrimSuffix(name, inner)
	return name[strings.LastIndexByte(name, '.')+1:] + inner
}

func spanOf(s report.Span, process bool) Span {
	span := Span{From: s.From.Nanoseconds(), To: s.To.Nanoseconds(), Doing: string(s.Doing), Means: meaning(s, process)}
	if len(s.Where) > 0 {
		span.At = placeOf(s.Where[0])
	}
	return span
}

// meaning is what a lane does, in words.
func meaning(s report.Span, process bool) string {
	switch s.Doing {
	case report.Runs:
		if s.Why != "" {
			return "is " + s.Why
		}
		return "runs"
	case report.Zombie:
		return "is a zombie: it has ended, and nobody has waited for it"
	case report.Stopped:
		return "is stopped by a signal"
	case report.Calls:
		return waits["syscall"].does
	case report.Sleeps:
		return "sleeps"
	}
	if process {
		return "waits"
	}
	return waitOf(s.Why).does
}

// noteOf marks the goroutines of a race: they are told by the line that started them.
func noteOf(l report.Lane, races []report.Race) string {
	for _, race := range races {
		for _, access := range []report.Access{race.First, race.Second} {
			if l.Process || len(access.Where) == 0 || access.Born != l.Born {
				continue
			}
			what := access.Variable
			if what == "" {
				what = "what another touches"
			}
			return fmt.Sprintf("%ss %s at %s", access.Operation, what, position(access.Where[0]))
		}
	}
	return ""
}
