package render

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// Of a picture the last moments tell most, and a spec that hangs does nothing for
// most of its time. So the axis of a picture is drawn in uneven steps: the distance
// between two events grows with the logarithm of the time between them.

// axis maps a time to 0..1.
type axis struct {
	at    []int64
	place []float64
}

// moment is the time below which two events are one, in nanoseconds.
const moment = 10_000

func newAxis(t *score.Timeline) axis {
	at := []int64{0, t.Length}
	for _, lane := range t.Lanes {
		for _, span := range lane.Spans {
			at = append(at, span.From, span.To)
		}
	}
	slices.Sort(at)
	a := axis{at: slices.Compact(at)}
	total := 0.0
	for i := range a.at {
		if i > 0 {
			total += math.Log2(1 + float64(a.at[i]-a.at[i-1])/moment)
		}
		a.place = append(a.place, total)
	}
	for i := range a.place {
		a.place[i] /= max(total, math.SmallestNonzeroFloat64)
	}
	return a
}

func (a axis) of(at int64) float64 {
	i, exact := slices.BinarySearch(a.at, at)
	switch {
	case exact:
		return a.place[i]
	case i == 0:
		return 0
	case i == len(a.at):
		return 1
	}
	share := float64(at-a.at[i-1]) / float64(a.at[i]-a.at[i-1])
	return a.place[i-1] + share*(a.place[i]-a.place[i-1])
}

// back is the time at a place.
func (a axis) back(place float64) int64 {
	i, exact := slices.BinarySearch(a.place, place)
	switch {
	case exact || i == 0:
		return a.at[i]
	case i == len(a.at):
		return a.at[i-1]
	}
	share := (place - a.place[i-1]) / (a.place[i] - a.place[i-1])
	return a.at[i-1] + int64(share*float64(a.at[i]-a.at[i-1]))
}

// doings are all that a lane may do, in the order of a legend.
var doings = []string{"runs", "waits", "sleeps", "syscall", "stopped", "zombie"}

// strokes draw what a lane does in a line of text; they differ without colour.
var strokes = map[string]string{
	"runs": "━", "waits": "┈", "sleeps": "·", "syscall": "≈", "stopped": "T", "zombie": "Z",
}

// widestBar is how wide the bars of a picture in text are at most.
const widestBar = 32

// fewLanes are shown of a picture that nobody asked for at length.
const fewLanes = 8

// timeline draws the lanes, each with what became of it.
func (s *sheet) timeline(indent string, t *score.Timeline) {
	if t == nil || len(t.Lanes) == 0 {
		return
	}
	s.text(indent, s.paint(faint, fmt.Sprintf("seen again, with who did what when, in %s (uneven steps: long waits are drawn short):", span(t.Length))))
	names, widest := laneNames(t), 0
	for _, name := range names {
		widest = max(widest, lipgloss.Width(name))
	}
	shown := s.chosen(t)
	a, width, used := newAxis(t), min(widestBar, s.width-len(indent)-widest-len("|  ")), map[string]bool{}
	for _, i := range shown {
		name, end := padded(names[i], widest), became(t, i, names)
		if width >= cramped {
			name += " " + padded(bar(t.Lanes[i], a, width, used), width)
		}
		if line := name + "  " + end; lipgloss.Width(indent+"│ "+line) <= s.width {
			s.line(indent + s.paint(faint, "│ "+line))
			continue
		}
		s.quoted(indent, strings.TrimRight(name, " "))
		if end != "" {
			s.quoted(indent, "  "+end)
		}
	}
	if more := t.More + len(t.Lanes) - len(shown); more > 0 {
		s.text(indent, s.paint(faint, "│ … "+count(more, "more lane")))
	}
	s.text(indent, s.paint(faint, legend(used)))
}

// quoted is a line of a block that stands apart, or several that are.
func (s *sheet) quoted(indent, line string) {
	for _, part := range s.hanging(line, s.width-len(indent)-len("| ")) {
		s.line(indent + s.paint(faint, "│ "+part))
	}
}

func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-lipgloss.Width(text)))
}

// chosen are the lanes to be shown: those of which the diagnosis speaks and those that
// did not end before the others.
func (s *sheet) chosen(t *score.Timeline) (shown []int) {
	for _, first := range []bool{true, false} {
		for i, lane := range t.Lanes {
			told := lane.Note != "" || len(lane.Spans) > 0 && lane.Spans[len(lane.Spans)-1].To >= t.Length
			if told == first && (s.verbose || len(shown) < fewLanes) {
				shown = append(shown, i)
			}
		}
	}
	slices.Sort(shown)
	return shown
}

// bar draws a lane, each column with what it mostly did there.
func bar(lane score.Lane, a axis, width int, used map[string]bool) string {
	if len(lane.Spans) == 0 {
		return ""
	}
	var text strings.Builder
	for column := range width {
		from, to := float64(column)/float64(width), float64(column+1)/float64(width)
		best, doing := 0.0, ""
		for _, span := range lane.Spans {
			if part := min(to, a.of(span.To)) - max(from, a.of(span.From)); part > best {
				best, doing = part, span.Doing
			}
		}
		if doing == "" {
			text.WriteByte(' ')
			continue
		}
		used[doing] = true
		text.WriteString(strokes[doing])
	}
	return text.String()
}

func legend(used map[string]bool) string {
	var parts []string
	for _, doing := range doings {
		if used[doing] {
			parts = append(parts, strokes[doing]+"\u00a0"+doing)
		}
	}
	return strings.Join(parts, "   ")
}

// mostOfName is what a picture has room for, in letters.
const mostOfName = 18

// laneNames tells goroutines of the same function apart.
func laneNames(t *score.Timeline) []string {
	times := map[string]int{}
	for _, lane := range t.Lanes {
		times[lane.Name]++
	}
	met := map[string]int{}
	var names []string
	for _, lane := range t.Lanes {
		name := []rune(phrase(lane.Name))
		if len(name) > mostOfName {
			name = append(name[:mostOfName-1], '…')
		}
		text := string(name)
		switch {
		case lane.Kind == "process":
			text = fmt.Sprintf("%s %d", text, lane.ID)
		case times[lane.Name] > 1:
			met[lane.Name]++
			text = fmt.Sprintf("%s #%d", text, met[lane.Name])
		}
		names = append(names, text)
	}
	return names
}

// became says what a lane was at in the end.
func became(t *score.Timeline, i int, names []string) string {
	lane := t.Lanes[i]
	var parts []string
	if lane.Note != "" {
		parts = append(parts, phrase(lane.Note))
	}
	if len(lane.Spans) == 0 {
		return strings.Join(parts, "; ")
	}
	switch last := lane.Spans[len(lane.Spans)-1]; {
	case last.To < t.Length:
		parts = append(parts, "ended at "+span(last.To))
	default:
		text := phrase(last.Means)
		switch {
		case last.Doing == "zombie":
			text = "a zombie to the end"
		case last.Means == "runs":
			text = "still running"
		}
		if last.At != nil {
			text += ", " + placeText(*last.At)
		}
		parts = append(parts, text)
		for _, want := range t.Wants {
			if want.From == i && want.To >= 0 && want.To < len(names) {
				parts = append(parts, fmt.Sprintf("%s is held by %s", phrase(want.Lock), names[want.To]))
			}
		}
	}
	return strings.Join(parts, "; ")
}

func placeText(at score.Place) string {
	return fmt.Sprintf("%s:%d", phrase(path.Base(at.File)), at.Line)
}

// span is a length of time as people say it.
func span(ns int64) string {
	d := time.Duration(ns)
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	default:
		return fmt.Sprintf("%d µs", d.Microseconds())
	}
}
