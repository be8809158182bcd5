package render

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// narrowTitle is the least width at which a title has a column of its own.
const narrowTitle = 18

func (s *sheet) kata(kata score.KataCard) {
	s.kataLine(kata)
	switch {
	case kata.Verdict == score.KataPass || kata.Verdict == score.KataPartial || kata.Verdict == score.KataFail:
		s.specs(kata)
	case len(kata.Complaints) > 0:
		s.complaints(kata)
	default:
		s.text(s.margin(2), phrase(kata.Message))
		s.specs(kata)
	}
}

// kataLine is a row of a table where there is room for one, and a stack of
// lines where there is not.
func (s *sheet) kataLine(kata score.KataCard) {
	mark := markOfKata(kata.Verdict)
	lead := s.margin(1) + s.paint(mark.ink, mark.sign) + " "
	id, title := phrase(kata.ID), phrase(kata.Title)
	points := padLeft(pointsOf(kata), s.columns.points)
	right := points + "  " + s.paint(mark.ink, padRight(mark.word, s.columns.word))

	room := s.width - lipgloss.Width(lead) - s.columns.id - lipgloss.Width(right) - len("  ") - len("  ")
	if room >= narrowTitle {
		lines := s.wrap(title, room, "")
		s.line(lead + s.paint(strong, padRight(id, s.columns.id)) + "  " + padRight(lines[0], room) + "  " + right)
		for _, line := range lines[1:] {
			s.line(strings.Repeat(" ", lipgloss.Width(lead)+s.columns.id+len("  ")) + line)
		}
		return
	}
	left := lead + s.paint(strong, id)
	indent := strings.Repeat(" ", lipgloss.Width(lead))
	if s.apart(left, right, " ") {
		s.text(indent, title)
		return
	}
	s.path(lead, s.paint(strong, id))
	s.text(indent, title)
	s.text(indent, pointsOf(kata)+" "+s.paint(mark.ink, mark.word))
}

// introductions stand before the complaints about a kata.
var introductions = map[score.KataVerdict]string{
	score.KataBroken:  "It does not compile:",
	score.KataRefused: "It was refused, and so not compiled:",
}

const fewComplaints = 3

func (s *sheet) complaints(kata score.KataCard) {
	s.gap()
	introduction, known := introductions[kata.Verdict]
	if !known {
		introduction = phrase(kata.Message)
	}
	s.text(s.margin(2), introduction)
	shown := kata.Complaints
	if !s.verbose {
		shown = shown[:min(len(shown), fewComplaints)]
	}
	for _, complaint := range shown {
		s.gap()
		s.path(s.margin(3), s.paint(link, placeOf(complaint)))
		s.text(s.margin(3), phrase(complaint.Message))
		if complaint.Allowed != "" {
			s.text(s.margin(3)+s.paint(faint, "use instead: "), phrase(complaint.Allowed))
		}
	}
	if rest := len(kata.Complaints) - len(shown); rest > 0 {
		s.gap()
		s.text(s.margin(3), s.paint(faint, fmt.Sprintf("… and %d more", rest)))
	}
	s.again(replayOf(kata))
}

// replayOf is the command that grades a kata again, also where no spec of it ran.
func replayOf(kata score.KataCard) string {
	for _, spec := range kata.Specs {
		if spec.Diagnosis != nil && spec.Diagnosis.Replay != "" {
			return spec.Diagnosis.Replay
		}
	}
	return "make grade KATA=" + kata.ID
}

func placeOf(complaint score.Complaint) string {
	place := fmt.Sprintf("%s:%d", phrase(complaint.File), complaint.Line)
	if complaint.Column > 0 {
		place += fmt.Sprintf(":%d", complaint.Column)
	}
	return place
}

// again ends what is said about a kata with the command that repeats it.
func (s *sheet) again(replay string) {
	s.gap()
	s.shell(s.margin(2)+s.paint(faint, "again:")+" ", phrase(replay))
	s.gap()
}

func padRight(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-lipgloss.Width(text)))
}

func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-lipgloss.Width(text))) + text
}
