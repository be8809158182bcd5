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
	marks, points, maximum := "", 0, 0
	for _, kata := range katas {
		mark := kataMarks[kata.Verdict]
		marks += s.paint(mark.ink, mark.sign)
		points, maximum = points+kata.Score, maximum+kata.Max
	}
	s.text(s.paint(strong, name)+"  ", fmt.Sprintf("%s  %d of %d solved, %d/%d points", marks, score.Solved(katas), len(katas), points, maximum))
}

// Next says which kata to do next.
func Next(w io.Writer, card score.Scorecard, options Options) error {
	s := &sheet{page: newPage(options), card: card}
	s.upNext()
	_, err := io.WriteString(w, s.String())
	return err
}

// upNext is the kata to work on.
func (s *sheet) upNext() {
	next, found := s.card.Next()
	if !found {
		s.text("", "All of these are solved. Well done.")
		return
	}
	kata, lead := s.card.Katas[next], "Go on with "
	if kata.Verdict == score.KataNotAttempted {
		lead = "Next is "
	}
	s.text("", lead+s.paint(strong, phrase(kata.ID))+": "+phrase(kata.Title)+s.paint(faint, fmt.Sprintf(" (level %d)", kata.Level)))
	s.gap()
	s.steps(phrase(kata.ID))
}
