package render

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// test is a spec as services see one. All of its text is harmless, and of a bounded
// length: services throw away what is too long, and then all of it.
type test struct {
	kata score.KataCard
	// number is "2.3": the third spec of the second kata.
	number string
	name   string
	// points of max; nothing at all if the spec was not judged.
	points, max int
	state       state
	// kind is the verdict, or "leak:" and the kind of the leak.
	kind string
	// summary is a sentence, detail all that is to be said; both empty for a pass.
	summary, detail string
	// file and line are where to look; "" and 0 if that is not known.
	file    string
	line    int
	seconds float64
}

// state is what all services can tell apart.
type state int

const (
	passed state = iota
	failedState
	skipped
	// lost: the grader failed.
	lost
)

// longest are the texts of a test, in bytes: enough for every diagnosis of ours.
const (
	longestSummary = 1_000
	longestDetail  = 10_000
)

// testsOf are the specs of all katas.
func testsOf(card score.Scorecard) (all []test) {
	for k, kata := range card.Katas {
		for n, spec := range kata.Specs {
			t := test{
				kata: kata, number: fmt.Sprintf("%d.%d", k+1, n+1), name: phrase(spec.Name), kind: phrase(kindOf(spec)),
				state: stateOf(spec.Verdict), seconds: float64(spec.Milliseconds) / 1000,
			}
			if spec.Verdict.Charged() {
				t.max = spec.Points
			}
			if t.state == passed {
				t.points = spec.Points
			} else if spec.Diagnosis != nil {
				t.explain(*spec.Diagnosis)
			}
			all = append(all, t)
		}
	}
	return all
}

func stateOf(verdict score.SpecVerdict) state {
	switch {
	case verdict == score.SpecPass:
		return passed
	case verdict == score.SpecSkipped:
		return skipped
	case verdict == score.SpecVoid:
		return lost
	}
	return failedState
}

// explain says why a test did not pass.
func (t *test) explain(why score.Diagnosis) {
	t.summary = cut(phrase(cut(why.Summary, longestDetail)), longestSummary)
	if len(why.Where) > 0 {
		t.file, t.line = phrase(why.Where[0].File), why.Where[0].Line
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s\n", t.kind, t.summary)
	for _, complaint := range t.kata.Complaints {
		fmt.Fprintf(&text, "%s:%d:%d: %s\n", phrase(complaint.File), complaint.Line, complaint.Column, phrase(complaint.Message))
	}
	for _, place := range why.Where {
		fmt.Fprintf(&text, "at %s:%d %s\n", phrase(place.File), place.Line, phrase(place.Function))
	}
	if evidence := strings.Trim(harmless(cut(why.Evidence, longestDetail)), "\n"); evidence != "" {
		text.WriteString("\n" + evidence + "\n")
	}
	if why.Hint != "" {
		fmt.Fprintf(&text, "\nwhy it matters: %s\n", phrase(why.Hint))
	}
	// What is replayed stays whole, whatever is cut.
	t.detail = cut(text.String(), longestDetail) + fmt.Sprintf("\nagain: %s\n", cut(phrase(why.Replay), longestSummary))
}

// cut shortens a text at the end of a character, and says so.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " … (cut)"
}

// stub is where a kata's answer is written.
func stub(kata string) string { return "katas/" + kata + "/" + path.Base(kata) + ".go" }

// suites are the tests, kata by kata.
func suites(all []test) (parts [][]test) {
	for len(all) > 0 {
		end := slices.IndexFunc(all, func(t test) bool { return t.kata.ID != all[0].kata.ID })
		if end < 0 {
			end = len(all)
		}
		parts, all = append(parts, all[:end]), all[end:]
	}
	return parts
}

// countOf is how many tests are in a state.
func countOf(all []test, in state) (count int) {
	for _, t := range all {
		if t.state == in {
			count++
		}
	}
	return count
}
