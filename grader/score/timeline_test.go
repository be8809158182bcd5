package score

import (
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func TestATimelineSaysInWordsWhatEachLaneDid(t *testing.T) {
	at := func(line int) report.Location {
		return report.Location{File: "katas/sync/lock/lock.go", Line: line, Function: "(*Lock).Take"}
	}
	o := report.Outcome{
		Races: []report.Race{{
			First:  report.Access{Operation: "write", Variable: "l.free", Where: []report.Location{at(31)}, Born: at(40)},
			Second: report.Access{Operation: "read", Where: []report.Location{at(32)}},
		}},
		Timeline: &report.Timeline{
			Length: time.Second, More: 2,
			Lanes: []report.Lane{
				{ID: 7, Name: "(*Lock).Take", Spans: []report.Span{{To: time.Second, Doing: report.Waits, Why: "chan receive", Where: []report.Location{at(9)}}}},
				{ID: 8, Name: "(*Lock).Take.func1", Born: at(40), Spans: []report.Span{{To: 5, Doing: report.Runs, Why: "slowed by the grader"}}},
				{ID: 9, Process: true, Name: "sh", Spans: []report.Span{{Doing: report.Waits}, {Doing: report.Zombie}, {Doing: report.Stopped}}},
				{ID: 10, Born: report.Location{File: "katas/sync/lock/lock_test.go", Line: 3}},
			},
			Wakes: []report.Wake{{At: 5, From: 0, To: 1}},
			Wants: []report.Want{{From: 0, To: 1, Lock: report.Lock{Name: "l.mu"}}, {From: 1, To: 0}},
		},
	}
	runs := []report.Run{{Seed: 7, Outcomes: map[string]report.Outcome{"sync/lock:waits": o}}}
	kata := Kata{ID: "sync/lock", Specs: []Spec{{ID: "sync/lock:waits", Name: "waits", Points: 1}}}
	seen := judgeSpec(kata, kata.Specs[0], runs).Diagnosis.Timeline
	if seen == nil {
		t.Fatal("the diagnosis has none")
	}
	if seen.Length != 1e9 || seen.More != 2 || len(seen.Wakes) != 1 || len(seen.Wants) != 2 {
		t.Errorf("it is %+v", seen)
	}
	if seen.Wants[0].Lock != "l.mu" || seen.Wants[1].Lock != "a lock" {
		t.Errorf("the locks are %+v", seen.Wants)
	}
	for i, want := range []struct{ kind, name, note, means string }{
		{"goroutine", "Take", "reads what another touches at lock.go:32", "waits to receive from a channel"},
		{"goroutine", "Take.func1", "writes l.free at lock.go:31", "is slowed by the grader"},
		{"process", "sh", "", "waits"},
		{"goroutine", "number 10", "", ""},
	} {
		lane := seen.Lanes[i]
		means := ""
		if len(lane.Spans) > 0 {
			means = lane.Spans[0].Means
		}
		if lane.Kind != want.kind || lane.Name != want.name || lane.Note != want.note || means != want.means {
			t.Errorf("lane %d is %+v, want %+v", i, lane, want)
		}
	}
	if born := seen.Lanes[1].Born; born == nil || *born != (Place{"katas/sync/lock/lock.go", 40, "(*Lock).Take"}) {
		t.Errorf("it was born at %+v", born)
	}
	if seen.Lanes[3].Born != nil {
		t.Errorf("a go statement of the specs' is not the answer's: %+v", seen.Lanes[3].Born)
	}
}
