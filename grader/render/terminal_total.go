package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

const barWidth = 20

func (s *sheet) total() {
	text := s.bar() + s.paint(strong, fmt.Sprintf("%d/%d points", s.card.Score, s.card.Max))
	if standing := standing(s.card.Katas); standing != "" {
		text += " · " + standing
	}
	if s.card.Environment.Provisional {
		text += s.paint(soso, " · provisional")
	}
	s.gap()
	s.text(s.paint(strong, "total")+"  ", text)
}

// standing is how many of several katas passed.
func standing(katas []score.KataCard) string {
	passed := score.Solved(katas)
	switch all := len(katas); {
	case all < 2:
		return ""
	case passed == all:
		return fmt.Sprintf("all %d katas passed", all)
	default:
		return fmt.Sprintf("%d of %d katas passed", passed, all)
	}
}

// bar shows the score at a glance, where there is room for it.
func (s *sheet) bar() string {
	if s.width < roomy || s.card.Max <= 0 {
		return ""
	}
	// Rounded down, so that only a full score fills it.
	full := s.card.Score * barWidth / s.card.Max
	return s.paint(good, strings.Repeat("█", full)) + s.paint(faint, strings.Repeat("░", barWidth-full)) + "  "
}

// note is a remark on the whole grading, if it applies.
type note struct {
	ink ink
	say func(score.Scorecard) string
}

var notes = []note{
	{odd, noteVoid},
	{bad, noteUncontained},
	{soso, noteProvisional},
	{soso, noteFlaky},
	{faint, noteSeed},
	{faint, noteWalls},
}

func (s *sheet) notes() {
	s.gap()
	for _, note := range notes {
		if text := note.say(s.card); text != "" {
			s.text(s.paint(note.ink, "note")+"   ", s.paint(note.ink, phrase(text)))
		}
	}
}

func noteVoid(card score.Scorecard) string {
	for _, kata := range card.Katas {
		if kata.Verdict == score.KataVoid {
			return "A part could not be judged. That is no fault of yours, and its points are not counted; please report it."
		}
	}
	return ""
}

func noteProvisional(card score.Scorecard) string {
	if !card.Environment.Provisional {
		return ""
	}
	text := "The score is provisional: graded without the race detector, so a data race would not have been seen."
	if why := strings.TrimSpace(card.Environment.NoRace); why != "" {
		text += " " + why
	}
	return text
}

func noteFlaky(card score.Scorecard) string {
	if !anySpec(card, wavers) {
		return ""
	}
	return "Some specs passed in some runs and failed in others, so the answer depends on who comes first. Run the “again:” line a few times: its seed is that of a run that failed."
}

// noteSeed is for readers who have a failure to repeat and were not yet told
// how to.
func noteSeed(card score.Scorecard) string {
	if !anySpec(card, failed) || anySpec(card, wavers) {
		return ""
	}
	return fmt.Sprintf("Graded with seed %d; the same seed gives the same inputs and the same order of specs.", card.Environment.Seed)
}

// noteUncontained is a note of its own, since it is about more than the score.
func noteUncontained(card score.Scorecard) string {
	if card.Source.Kind != "submission" || !slices.Contains(card.Environment.Sandbox.Missing, "processes") {
		return ""
	}
	return "NOT CONTAINED: code of a stranger ran with next to nothing around it, and may have done anything that you may."
}

func noteWalls(card score.Scorecard) string {
	sandbox := card.Environment.Sandbox
	if sandbox.Rung == "" || len(sandbox.Missing) == 0 {
		return ""
	}
	return fmt.Sprintf("The sandbox (%s) has no wall against: %s.", sandbox.Rung, strings.Join(sandbox.Missing, ", "))
}

func anySpec(card score.Scorecard, holds func(score.SpecCard) bool) bool {
	for _, kata := range card.Katas {
		for _, spec := range kata.Specs {
			if holds(spec) {
				return true
			}
		}
	}
	return false
}

func failed(spec score.SpecCard) bool {
	return spec.Runs.Total > 0 && spec.Verdict != score.SpecPass && spec.Verdict.Charged()
}

func wavers(spec score.SpecCard) bool { return failed(spec) && spec.Runs.Passed > 0 }
