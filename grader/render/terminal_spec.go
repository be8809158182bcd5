package render

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// A learner mends one thing at a time, so a few specs with the heart of their
// evidence are more than many with all of it.
const (
	fewSpecs  = 3
	fewPlaces = 2
	fewLines  = 6
)

// specs explains those that did not pass, failures first.
func (s *sheet) specs(kata score.KataCard) {
	failed, uncounted := sortOut(kata.Specs)
	if len(failed) == 0 {
		s.uncounted(kata, uncounted)
		if len(uncounted) > 0 || kata.Message != "" {
			s.gap()
		}
		return
	}
	shown := failed
	if !s.verbose {
		shown = shown[:min(len(shown), fewSpecs)]
	}
	told := telling{}
	for _, spec := range shown {
		s.gap()
		s.spec(spec, told)
	}
	if rest := len(failed) - len(shown); rest > 0 {
		s.gap()
		s.text(s.margin(2), s.paint(faint, fmt.Sprintf("… and %s that did not pass", count(rest, "more spec"))))
	}
	s.gap()
	s.uncounted(kata, uncounted)
	s.again(failed[0].Diagnosis.Replay)
}

func sortOut(specs []score.SpecCard) (failed, uncounted []score.SpecCard) {
	for _, spec := range specs {
		switch {
		case spec.Verdict == score.SpecPass || spec.Diagnosis == nil:
		case spec.Verdict.Charged():
			failed = append(failed, spec)
		default:
			uncounted = append(uncounted, spec)
		}
	}
	return failed, uncounted
}

// uncounted lists what was void or skipped. If the whole kata was, its message
// has said so, and a reason that stands in there need not be said twice.
func (s *sheet) uncounted(kata score.KataCard, specs []score.SpecCard) {
	whole := len(specs) == len(kata.Specs) && !s.verbose
	for _, spec := range specs {
		if spec.Runs.Total == 0 || whole && strings.Contains(kata.Message, spec.Diagnosis.Summary) {
			continue
		}
		mark, text := markOfSpec(spec), phrase(spec.Name)
		if !strings.Contains(kata.Message, spec.Diagnosis.Summary) {
			text += s.paint(faint, " – "+phrase(spec.Diagnosis.Summary))
		}
		s.text(s.margin(2)+s.paint(mark.ink, mark.sign)+" ", s.paint(mark.ink, mark.word)+"  "+text)
	}
}

// telling remembers what the reader was told already about a kata, and by which
// spec.
type telling map[string]string

// first reports whether a text is new to the reader, and makes it known.
func (t telling) first(text, by string) bool {
	if _, told := t[text]; told {
		return false
	}
	t[text] = by
	return text != ""
}

func (s *sheet) spec(spec score.SpecCard, told telling) {
	mark, why := markOfSpec(spec), spec.Diagnosis
	s.promise(mark, spec)
	indent := s.margin(3)
	if !told.first(why.Summary, spec.Name) && !s.verbose {
		s.text(indent, s.paint(faint, "The same as in “"+phrase(told[why.Summary])+"”."))
		return
	}
	s.text(indent, phrase(why.Summary))
	if s.verbose && why.Promise != "" && why.Promise != spec.Name {
		s.text(indent+s.paint(faint, "promised: "), phrase(why.Promise))
	}
	s.places(indent, why.Where)
	s.evidence(indent, why.Evidence)
	s.timeline(indent, why.Timeline)
	if told.first(why.Hint, spec.Name) {
		s.text(indent, s.paint(faint, "why it matters: ")+phrase(why.Hint))
	}
}

// promise is the head of a failure: the verdict and the sentence that was not
// kept, which stands apart from what is said about it.
func (s *sheet) promise(mark mark, spec score.SpecCard) {
	lead, word := s.margin(2)+s.paint(mark.ink, mark.sign)+" ", s.paint(mark.ink, mark.word)+"  "
	text := s.paint(strong, phrase(spec.Name)) + s.paint(faint, " · "+count(spec.Points, "point"))
	if s.width < roomy {
		s.wrapped(lead, s.margin(4), word+text, "")
		return
	}
	s.text(lead+word, text)
}

func (s *sheet) places(indent string, where []score.Place) {
	if !s.verbose {
		where = where[:min(len(where), fewPlaces)]
	}
	for _, place := range where {
		text := s.paint(link, fmt.Sprintf("%s:%d", phrase(place.File), place.Line))
		if place.Function != "" {
			text += s.paint(faint, "  "+phrase(place.Function))
		}
		s.path(indent+s.paint(faint, "at "), text)
	}
}

func (s *sheet) evidence(indent, text string) {
	text = strings.Trim(harmless(text), "\n")
	if text == "" {
		return
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, s.hanging(line, s.width-len(indent)-len("| "))...)
	}
	hidden := 0
	if !s.verbose && len(lines) > fewLines {
		hidden = len(lines) - fewLines
		lines = lines[:fewLines]
	}
	for _, line := range lines {
		s.line(indent + s.paint(faint, "│ "+line))
	}
	if hidden > 0 {
		s.text(indent, s.paint(faint, "│ … "+count(hidden, "more line")))
	}
}

// hanging wraps a line so that it can be told from the next one.
func (s *sheet) hanging(line string, width int) []string {
	if lipgloss.Width(line) <= width {
		return []string{line}
	}
	const deeper = "  "
	lines := s.wrap(line, width-len(deeper), "")
	for i := range lines[1:] {
		lines[i+1] = deeper + lines[i+1]
	}
	return lines
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
