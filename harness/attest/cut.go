package attest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// roomForCode is what a line holds beside the event.
const roomForCode = 1 << 10

// fit returns an event as JSON that a Reader takes. An answer may panic with a
// table for a text or leave ten thousand goroutines, and nobody reads those all.
func fit(event Event) (body []byte, err error) {
	for most := 256; most > 0; most /= 4 {
		body, err = json.Marshal(cut{most}.event(event))
		if err != nil || len(body) <= longest-roomForCode {
			break
		}
	}
	return body, err
}

// cut shortens lists to most entries, stacks to fewer, and texts to as many bytes
// as the entries have together. Texts, stacks and leaks say that they were cut.
type cut struct{ most int }

const (
	cutMark    = "… (cut)"
	mostFrames = 32
	// mostOfItem bounds, in bytes, each text of an entry.
	mostOfItem = 256
)

func (c cut) event(event Event) Event {
	if event.Outcome == nil {
		return event
	}
	o := *event.Outcome
	o.Fault = c.text(o.Fault)
	if o.Failure != nil {
		failure := *o.Failure
		failure.Message = c.text(failure.Message)
		failure.Where = c.stack(failure.Where)
		o.Failure = &failure
	}
	if o.Stuck != nil {
		stuck := *o.Stuck
		stuck.Calls, stuck.Others = c.goroutines(stuck.Calls), c.goroutines(stuck.Others)
		o.Stuck = &stuck
	}
	o.Races = slices.Clone(o.Races[:min(len(o.Races), c.most)])
	for i := range o.Races {
		for _, side := range []*report.Access{&o.Races[i].First, &o.Races[i].Second} {
			side.Where, side.Born = c.stack(side.Where), shortPlace(side.Born)
		}
	}
	o.Leaks = c.leaks(o.Leaks)
	event.Outcome = &o
	return event
}

func (c cut) text(text string) string { return shorten(text, c.most*mostOfItem) }

func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + cutMark
}

func shortPlace(place report.Location) report.Location {
	place.File, place.Function = shorten(place.File, mostOfItem), shorten(place.Function, mostOfItem)
	return place
}

// stack keeps the innermost frames.
func (c cut) stack(frames []report.Location) []report.Location {
	most := min(len(frames), c.most, mostFrames)
	kept := slices.Clone(frames[:most])
	for i := range kept {
		kept[i] = shortPlace(kept[i])
	}
	if most < len(frames) {
		kept[most-1].Function += cutMark
	}
	return kept
}

func (c cut) goroutines(all []report.Goroutine) []report.Goroutine {
	kept := slices.Clone(all[:min(len(all), c.most)])
	for i := range kept {
		kept[i].Where, kept[i].Born = c.stack(kept[i].Where), shortPlace(kept[i].Born)
	}
	return kept
}

// leaks keeps some of each kind: no flood of one hides another.
func (c cut) leaks(all []report.Leak) (kept []report.Leak) {
	seen := map[report.LeakKind]int{}
	for _, leak := range all {
		if seen[leak.Kind]++; seen[leak.Kind] > c.most {
			continue
		}
		leak.What, leak.Where, leak.Born = shorten(leak.What, 4*mostOfItem), c.stack(leak.Where), shortPlace(leak.Born)
		kept = append(kept, leak)
	}
	for i := range slices.Backward(kept) {
		if more := seen[kept[i].Kind] - c.most; more > 0 {
			kept[i].What += fmt.Sprintf(" and %d more like it%s", more, cutMark)
			seen[kept[i].Kind] = 0
		}
	}
	return kept
}
