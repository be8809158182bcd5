package render

import (
	"fmt"
	"io"

	"charm.land/lipgloss/v2"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// Progress shows how far a learner has come with each track, and what is next.
func Progress(w io.Writer, card score.Scorecard, options Options) error {
	s := &sheet{page: newPage(options), card: card}
	tracks := tracksOf(card.Katas)
	name := 0
	for _, track := range tracks {
		name = max(name, lipgloss.Width(phrase(track.name)))
	}
	for _, track := range tracks {
		s.standing(padRight(phrase(track.name), name), track.katas)
	}
	s.gap()
	s.total()
	s.gap()
	s.upNext()
	_, err := io.WriteString(w, s.String())
	return err
}

// standing is a line about one track, with a mark for each of its katas.
func (s *sheet) standing(name string, katas []score.KataCard) {
	marks, solved, points, maximum := "", 0, 0, 0
	for _, kata := range katas {
		mark := kataMarks[kata.Verdict]
		marks += s.paint(mark.ink, mark.sign)
		points, maximum = points+kata.Score, maximum+kata.Max
		if kata.Verdict == score.KataPass {
			solved++
		}
	}
	s.text(s.paint(strong, name)+"  ", fmt.Sprintf("%s  %d of %d solved, %d/%d points", marks, solved, len(katas), points, maximum))
}

// Next says which kata to do next.
func Next(w io.Writer, card score.Scorecard, options Options) error {
	s := &sheet{page: newPage(options), card: card}
	s.upNext()
	_, err := io.WriteString(w, s.String())
	return err
}

// upNext is the kata that was begun, or else the easiest of those that were not.
func (s *sheet) upNext() {
	for _, kata := range s.card.Katas {
		switch kata.Verdict {
		case score.KataPass, score.KataNotAttempted, score.KataSkipped:
			continue
		}
		s.text("", "Go on with "+s.paint(strong, phrase(kata.ID))+": "+phrase(kata.Title)+s.paint(faint, fmt.Sprintf(" (level %d)", kata.Level)))
		s.gap()
		s.steps(phrase(kata.ID))
		return
	}
	first, found := easiest(s.card.Katas)
	if !found {
		s.text("", "All of these are solved. Well done.")
		return
	}
	s.text("", "Next is "+s.paint(strong, phrase(first.ID))+": "+phrase(first.Title)+s.paint(faint, fmt.Sprintf(" (level %d)", first.Level)))
	s.gap()
	s.steps(phrase(first.ID))
}
