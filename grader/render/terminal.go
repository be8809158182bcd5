package render

import (
	"fmt"
	"io"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// sheet is a scorecard on its way to a terminal.
type sheet struct {
	*page
	card    score.Scorecard
	verbose bool
	columns columns
}

func renderTerminal(w io.Writer, card score.Scorecard, options Options) error {
	s := &sheet{page: newPage(options), card: card, verbose: options.Verbose, columns: measure(card.Katas)}
	s.source()
	if newcomer(card) {
		s.welcome()
	} else {
		for _, track := range tracksOf(card.Katas) {
			s.track(track)
		}
		s.total()
	}
	s.notes()
	_, err := io.WriteString(w, s.String())
	return err
}

// source names whose code this is, unless the reader wrote it.
func (s *sheet) source() {
	if s.card.Source.Kind == "learner" || s.card.Source.Kind == "" {
		return
	}
	s.text(s.paint(faint, phrase(s.card.Source.Kind))+" ", s.paint(strong, phrase(s.card.Source.Name)))
	s.gap()
}

// track is a run of katas with the same first part of their ids.
type track struct {
	name  string
	katas []score.KataCard
}

func tracksOf(katas []score.KataCard) []track {
	var tracks []track
	for _, kata := range katas {
		name, _, _ := strings.Cut(kata.ID, "/")
		if n := len(tracks); n == 0 || tracks[n-1].name != name {
			tracks = append(tracks, track{name: name})
		}
		last := &tracks[len(tracks)-1]
		last.katas = append(last.katas, kata)
	}
	return tracks
}

func (s *sheet) track(track track) {
	points, maximum := 0, 0
	var untouched []string
	for _, kata := range track.katas {
		points, maximum = points+kata.Score, maximum+kata.Max
	}
	s.gap()
	name := s.paint(strong, phrase(track.name))
	if !s.apart(name, fmt.Sprintf("%d/%d", points, maximum), "─") {
		s.text("", name)
	}
	for _, kata := range track.katas {
		if kata.Verdict == score.KataNotAttempted {
			untouched = append(untouched, phrase(strings.TrimPrefix(kata.ID, track.name+"/")))
			continue
		}
		s.kata(kata)
	}
	s.untouched(untouched)
	s.gap()
}

// untouched lists what was not attempted in one breath, since there is nothing
// to say of any of it.
func (s *sheet) untouched(names []string) {
	if len(names) == 0 {
		return
	}
	mark := kataMarks[score.KataNotAttempted]
	s.text(s.margin(1)+s.paint(mark.ink, mark.sign)+" ",
		s.paint(mark.ink, mark.word+": "+strings.Join(names, ", ")))
}

// columns are the widths that make the lines of all katas a table.
type columns struct{ id, points, word int }

func measure(katas []score.KataCard) columns {
	var c columns
	for _, kata := range katas {
		if kata.Verdict == score.KataNotAttempted {
			continue
		}
		c.id = max(c.id, lipgloss.Width(phrase(kata.ID)))
		c.points = max(c.points, lipgloss.Width(pointsOf(kata)))
		c.word = max(c.word, lipgloss.Width(markOfKata(kata.Verdict).word))
	}
	return c
}

func pointsOf(kata score.KataCard) string {
	if kata.Max == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", kata.Score, kata.Max)
}
