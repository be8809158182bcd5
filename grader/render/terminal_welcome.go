package render

import (
	"fmt"
	"path"

	"charm.land/lipgloss/v2"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// newcomer reports whether nobody has written anything yet. What the machine
// must skip says nothing about that.
func newcomer(card score.Scorecard) bool {
	_, found := card.Next()
	for _, kata := range card.Katas {
		if kata.Verdict != score.KataNotAttempted && kata.Verdict != score.KataSkipped {
			return false
		}
	}
	return found
}

// welcome greets instead of grading: a page of zeros is no way to begin.
func (s *sheet) welcome() {
	next, _ := s.card.Next()
	first := s.card.Katas[next]
	s.text("", s.paint(strong, "Welcome to the dojo."))
	s.gap()
	s.text("", "Here you practise concurrency in Go. A kata is a small package whose doc comments promise something and whose body is missing. You write the body; specs hold you to the promises, the race detector watches, and nothing that you start may be left behind.")
	s.gap()
	s.overview()
	s.gap()
	s.text("", "Start with "+s.paint(strong, phrase(first.ID))+": "+phrase(first.Title)+s.paint(faint, fmt.Sprintf(" (level %d)", first.Level)))
	s.gap()
	s.steps(phrase(first.ID))
	if len(s.card.Katas) > 1 {
		s.gap()
		s.text("", "Then go on with whichever you like. Take your time.")
	}
}

// overview counts the katas of each track, with their levels.
func (s *sheet) overview() {
	tracks := tracksOf(s.card.Katas)
	name := 0
	for _, track := range tracks {
		name = max(name, lipgloss.Width(phrase(track.name)))
	}
	if len(s.card.Katas) > 1 {
		s.text("", fmt.Sprintf("%s, worth %s:", count(len(s.card.Katas), "kata"), count(s.card.Max, "point")))
	}
	if len(tracks) < 2 {
		return
	}
	for _, track := range tracks {
		noun := "katas"
		if len(track.katas) == 1 {
			noun = "kata"
		}
		s.text(fmt.Sprintf("%s%s  %2d %-5s  ", s.margin(1), s.paint(strong, padRight(phrase(track.name), name)), len(track.katas), noun),
			s.paint(faint, levelsOf(track.katas)))
	}
}

func levelsOf(katas []score.KataCard) string {
	low, high, skipped := katas[0].Level, katas[0].Level, 0
	for _, kata := range katas {
		low, high = min(low, kata.Level), max(high, kata.Level)
		if kata.Verdict == score.KataSkipped {
			skipped++
		}
	}
	levels := fmt.Sprintf("level %d", low)
	if high > low {
		levels = fmt.Sprintf("levels %d–%d", low, high)
	}
	if skipped > 0 {
		levels += fmt.Sprintf(", %d not for this machine", skipped)
	}
	return levels
}

// steps are what to do next. Files and commands begin in one column.
func (s *sheet) steps(id string) {
	lead := func(word string) string { return s.margin(1) + s.paint(faint, padRight(word, len("stuck?"))) + "  " }
	s.path(lead("read"), s.paint(link, "katas/"+id+"/doc.go"))
	s.path(lead("write"), s.paint(link, "katas/"+id+"/"+path.Base(id)+".go"))
	s.shell(lead("grade"), "make grade KATA="+id)
	s.shell(lead("stuck?"), "make hint KATA="+id)
}
