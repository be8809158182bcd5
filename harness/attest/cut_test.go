package attest

import (
	"io"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// many is a list of n times the same thing.
func many[T any](n int, thing T) (all []T) {
	for range n {
		all = append(all, thing)
	}
	return all
}

// heardOf sends one outcome and returns it as the parent hears it.
func heardOf(t *testing.T, outcome report.Outcome) report.Outcome {
	t.Helper()
	lines := told(t, testKey, Event{Kind: Stop, Outcome: &outcome}, Event{Kind: Done})
	events, err := heard(NewReader(testKey, strings.NewReader(strings.Join(lines, ""))))
	if err != io.EOF || len(events) != 2 {
		t.Fatalf("heard %d events, then %v", len(events), err)
	}
	return *events[0].Outcome
}

func TestEveryLongOutcomeArrives(t *testing.T) {
	// Each byte of it takes six in JSON.
	text := strings.Repeat("\x01", 1<<20)
	name := strings.Repeat("x", 1000)
	place := report.Location{File: name, Line: 7, Function: name}
	stack := many(40, place)
	goroutine := report.Goroutine{State: "select", Where: stack, Born: place}
	access := report.Access{Operation: "write", Where: stack, Born: place}
	for _, c := range []struct {
		why     string
		outcome report.Outcome
	}{
		{"a panic with a text", report.Outcome{Failure: &report.Failure{Message: text, Where: stack}}},
		{"a fault", report.Outcome{Fault: text}},
		{"goroutines that are stuck", report.Outcome{Stuck: &report.Stuck{Calls: many(300, goroutine), Others: many(300, goroutine)}}},
		{"races", report.Outcome{Races: many(300, report.Race{First: access, Second: access})}},
		{"leaks", report.Outcome{Leaks: many(300, report.Leak{What: text, Where: stack, Born: place})}},
	} {
		t.Run(c.why, func(t *testing.T) {
			c.outcome.Finished = true
			if heard := heardOf(t, c.outcome); !heard.Finished {
				t.Errorf("%+v", heard)
			}
		})
	}
}

func TestWhatWasCutSaysSo(t *testing.T) {
	outcome := report.Outcome{
		Finished: true,
		Failure:  &report.Failure{Kind: report.Panic, Message: "table: " + strings.Repeat("é", 1<<20), Where: many(100, report.Location{Function: "fill"})},
		Leaks: append(many(10_000, report.Leak{Kind: report.LeakGoroutine, What: "goroutine"}),
			report.Leak{Kind: report.LeakZombie, What: "process 7"}),
	}
	heard := heardOf(t, outcome)
	if text := heard.Failure.Message; !strings.HasPrefix(text, "table: é") || !strings.HasSuffix(text, "é… (cut)") {
		t.Errorf("a text of %d bytes that ends in %q", len(text), text[max(0, len(text)-12):])
	}
	if frames := heard.Failure.Where; len(frames) == 100 || frames[len(frames)-1].Function != "fill… (cut)" {
		t.Errorf("%d frames, the last of which is %+v", len(frames), frames[len(frames)-1])
	}
	last := len(heard.Leaks) - 1
	if last >= 10_000 || heard.Leaks[last].What != "process 7" || !strings.HasSuffix(heard.Leaks[last-1].What, "more like it… (cut)") {
		t.Errorf("%d leaks, the last of which are %+v", last+1, heard.Leaks[max(0, last-1):])
	}
	// Only what is sent is cut.
	if len(outcome.Leaks) != 10_001 || outcome.Leaks[0].What != "goroutine" || outcome.Failure.Where[31].Function != "fill" {
		t.Error("the outcome itself was cut")
	}
}
