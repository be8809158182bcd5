package render

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// Standing is how far a learner has come, on one line.
func Standing(card score.Scorecard, options Options) string {
	s := &sheet{page: newPage(options), card: card}
	text := fmt.Sprintf("%d of %d solved · %s", score.Solved(card.Katas), len(card.Katas), s.paint(strong, fmt.Sprintf("%d/%d points", card.Score, card.Max)))
	s.text(s.paint(strong, "dojo")+"  ", s.bar()+text)
	return s.String()
}

// Desk shows one kata to those who work on it: how each spec stands, and of the
// failures the first. live has the specs that the grading that goes on has come by
// so far, and whether nothing spoke against them; nil if none goes on.
func Desk(kata score.KataCard, live map[string]bool, options Options) string {
	s := &sheet{page: newPage(options), card: score.Scorecard{Katas: []score.KataCard{kata}}, verbose: options.Verbose}
	s.title(kata, live != nil)
	if live == nil && len(kata.Complaints) > 0 {
		s.complaints(kata)
		return s.String()
	}
	s.gap()
	for _, spec := range kata.Specs {
		if kata.Verdict == score.KataNotAttempted || live != nil {
			spec.Verdict = ""
		}
		s.specLine(spec, live)
	}
	if live == nil {
		s.firstFault(kata)
	}
	return s.String()
}

// title names the kata. Nothing is said of its verdict while that is being found out.
func (s *sheet) title(kata score.KataCard, open bool) {
	mark := markOfKata(kata.Verdict)
	right := fmt.Sprintf("level %d", kata.Level)
	if !open {
		right += "  " + pointsOf(kata) + "  " + s.paint(mark.ink, mark.sign+" "+mark.word)
	}
	name := s.paint(strong, phrase(kata.ID))
	if !s.apart(name+"  "+phrase(kata.Title), right, " ") {
		s.text("", name+"  "+phrase(kata.Title))
		s.text("", right)
	}
}

// specLine is how one spec stands.
func (s *sheet) specLine(spec score.SpecCard, live map[string]bool) {
	mark := mark{"·", "", faint}
	switch clean, ran := live[spec.ID]; {
	case ran && clean:
		mark = markOfSpec(score.SpecCard{Verdict: score.SpecPass})
	case ran:
		mark.sign, mark.ink = "✘", bad
	case spec.Verdict != "":
		mark = markOfSpec(spec)
	}
	text := phrase(spec.Name)
	if mark.ink == bad && mark.word != "" {
		text = s.paint(mark.ink, mark.word) + "  " + text
	}
	s.text(s.margin(1)+s.paint(mark.ink, mark.sign)+" ", text)
}

// firstFault explains the first thing that is to be mended.
func (s *sheet) firstFault(kata score.KataCard) {
	s.gap()
	failed, uncounted := sortOut(kata.Specs)
	if len(failed) > 0 {
		s.spec(failed[0], telling{})
		s.again(failed[0].Diagnosis.Replay)
		return
	}
	if kata.Message != "" {
		s.text(s.margin(2), phrase(kata.Message))
	}
	s.uncounted(kata, uncounted)
}

// Shelf lists katas with how they stand; the one at is marked.
func Shelf(card score.Scorecard, at string, options Options) string {
	s := &sheet{page: newPage(options), card: card}
	for _, track := range tracksOf(card.Katas) {
		s.gap()
		s.text("", s.paint(strong, phrase(track.name)))
		for _, kata := range track.katas {
			mark, lead := markOfKata(kata.Verdict), "  "
			name := padRight(phrase(strings.TrimPrefix(kata.ID, track.name+"/")), longestName(track))
			if kata.ID == at {
				lead, name = s.paint(link, "▸ "), s.paint(strong, name)
			}
			s.text(lead+s.paint(mark.ink, mark.sign)+" "+name+"  ", phrase(kata.Title)+s.paint(faint, fmt.Sprintf("  level %d, %s", kata.Level, pointsOf(kata))))
		}
	}
	return s.String()
}

func longestName(track track) (width int) {
	for _, kata := range track.katas {
		width = max(width, lipgloss.Width(phrase(strings.TrimPrefix(kata.ID, track.name+"/"))))
	}
	return width
}

// Passage lays out a text that stands in the tree, a brief or a hint, for the width
// of the reader.
func Passage(text string, options Options) string {
	p := newPage(options)
	for line := range strings.Lines(text) {
		line = harmless(strings.TrimRight(line, "\n"))
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		p.text(strings.ReplaceAll(indent, "\t", "    "), strings.TrimLeft(line, " \t"))
	}
	return p.String()
}
