package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// htmlSpec is a row of a kata, and what there is to say about it.
type htmlSpec struct {
	Anchor, Name string
	Mark         htmlMark
	Points, Runs string
	Failed       bool
	Why          *htmlWhy
}

// htmlWhy explains a spec that did not pass.
type htmlWhy struct {
	// Like is the spec about which the same was said already.
	Like     *htmlLink
	Summary  string
	Promise  string
	Spots    []htmlSpot
	Evidence string
	Timeline *htmlTimeline
	Hint     string
	Again    string
}

type htmlLink struct{ Anchor, Name string }

// htmlSpecs has those first that did not pass.
func htmlSpecs(kata score.KataCard, options Options) []htmlSpec {
	failed, uncounted := sortOut(kata.Specs)
	rest := slices.DeleteFunc(slices.Clone(kata.Specs), func(spec score.SpecCard) bool {
		return spec.Verdict != score.SpecPass && spec.Diagnosis != nil
	})
	var all []htmlSpec
	told := htmlTelling{}
	for _, spec := range slices.Concat(failed, uncounted, rest) {
		row := newHTMLSpec(kata, spec)
		row.Anchor = fmt.Sprintf("%s.%d", anchor(kata.ID), len(all)+1)
		if explained(kata, spec) {
			row.Failed = spec.Verdict.Charged()
			row.Why = told.why(row, *spec.Diagnosis, options)
		}
		all = append(all, row)
	}
	return all
}

func newHTMLSpec(kata score.KataCard, spec score.SpecCard) htmlSpec {
	row := htmlSpec{Name: phrase(spec.Name), Mark: markOfSpec(spec).html()}
	if kata.Verdict == score.KataNotAttempted {
		row.Mark = markOfKata(kata.Verdict).html()
	}
	scored := 0
	if spec.Verdict == score.SpecPass {
		scored = spec.Points
	}
	row.Points = fmt.Sprintf("%d/%s", scored, count(spec.Points, "point"))
	if !spec.Verdict.Charged() {
		row.Points = count(spec.Points, "point") + ", not counted"
	}
	if spec.Runs.Total > 0 {
		row.Runs = fmt.Sprintf("%d of %s passed", spec.Runs.Passed, count(spec.Runs.Total, "run"))
	}
	return row
}

// explained reports whether a spec has something to say that its kata has not
// said.
func explained(kata score.KataCard, spec score.SpecCard) bool {
	if spec.Verdict == score.SpecPass || spec.Diagnosis == nil {
		return false
	}
	return spec.Runs.Total > 0 || kata.Message == "" || !strings.Contains(kata.Message, spec.Diagnosis.Summary)
}

// htmlTelling remembers what the reader was told already about a kata, and where.
type htmlTelling map[string]htmlLink

// first is nil for a text that is new to the reader, and makes it known.
func (t htmlTelling) first(text string, by htmlSpec) *htmlLink {
	if earlier, told := t[text]; told {
		return &earlier
	}
	t[text] = htmlLink{by.Anchor, by.Name}
	return nil
}

// why tells a summary and a hint once. Evidence that only looks alike is shown.
func (t htmlTelling) why(spec htmlSpec, why score.Diagnosis, options Options) *htmlWhy {
	w := &htmlWhy{
		Like:     t.first("summary "+why.Summary, spec),
		Summary:  phrase(why.Summary),
		Evidence: strings.Trim(harmless(why.Evidence), "\n"),
		Again:    phrase(why.Replay),
	}
	if t.first("evidence "+why.Evidence, spec) != nil {
		w.Evidence = ""
	}
	if w.Like != nil {
		return w
	}
	if promise := phrase(why.Promise); promise != spec.Name {
		w.Promise = promise
	}
	w.Timeline = newHTMLTimeline(why.Timeline)
	w.Spots = htmlSpots(why.Where, options.Source)
	if t.first("hint "+why.Hint, spec) == nil {
		w.Hint = phrase(why.Hint)
	}
	return w
}
