package render

import (
	"fmt"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// htmlTimeline is a picture of lanes. Places along it are in percent, so that it is as
// wide as the page is; heights are in pixels.
type htmlTimeline struct {
	Caption string
	Height  int
	Lanes   []htmlLane
	Wakes   []htmlArrow
	Ticks   []htmlTick
	Legend  []string
	More    string
}

type htmlLane struct {
	Name, Became string
	// Text and Bar are the heights of the name and of the middle of the bar.
	Text, Bar int
	Spans     []htmlSpan
}

type htmlSpan struct {
	Class, Title string
	X, Width     string
	Y, Height    int
}

type htmlArrow struct {
	Title    string
	X        string
	From, To int
}

type htmlTick struct {
	X, Anchor, Text string
}

// Heights of a picture, in pixels: a lane, and where in it name and bar are.
const (
	laneHeight = 36
	laneName   = 13
	laneBar    = 24
	tickRoom   = 20
)

// thickness of what a lane does: what runs is thick, what waits is thin.
var thickness = map[string]int{"runs": 12, "waits": 2, "sleeps": 2, "syscall": 6, "stopped": 6, "zombie": 12}

func newHTMLTimeline(t *score.Timeline) *htmlTimeline {
	if t == nil || len(t.Lanes) == 0 {
		return nil
	}
	a, names := newAxis(t), laneNames(t)
	picture := &htmlTimeline{
		Caption: fmt.Sprintf("Seen again, with who did what when, in %s. Steps are uneven: long waits are drawn short.", span(t.Length)),
		Height:  len(t.Lanes)*laneHeight + tickRoom,
	}
	used := map[string]bool{}
	for i, lane := range t.Lanes {
		top := i * laneHeight
		row := htmlLane{Name: names[i], Became: became(t, i, names), Text: top + laneName, Bar: top + laneBar}
		for _, s := range lane.Spans {
			used[s.Doing] = true
			row.Spans = append(row.Spans, newHTMLSpan(a, s, row.Bar))
		}
		picture.Lanes = append(picture.Lanes, row)
	}
	for _, wake := range t.Wakes {
		picture.Wakes = append(picture.Wakes, newHTMLArrow(a, wake, names))
	}
	for i, share := range []float64{0, 0.25, 0.5, 0.75, 1} {
		picture.Ticks = append(picture.Ticks, htmlTick{percent(share), []string{"start", "middle", "middle", "middle", "end"}[i], span(a.back(share))})
	}
	for _, doing := range doings {
		if used[doing] {
			picture.Legend = append(picture.Legend, doing)
		}
	}
	if t.More > 0 {
		picture.More = "… and " + count(t.More, "more lane")
	}
	return picture
}

func newHTMLSpan(a axis, s score.Span, middle int) htmlSpan {
	high := thickness[s.Doing]
	title := fmt.Sprintf("%s, %s to %s", phrase(s.Means), span(s.From), span(s.To))
	if s.At != nil {
		title += ", " + placeText(*s.At)
	}
	return htmlSpan{
		Class: s.Doing, Title: title, X: percent(a.of(s.From)), Width: percent(a.of(s.To) - a.of(s.From)),
		Y: middle - high/2, Height: high,
	}
}

// newHTMLArrow goes from the bar of one lane to that of another, with a head at its
// end.
func newHTMLArrow(a axis, wake score.Wake, names []string) htmlArrow {
	from, to := wake.From*laneHeight+laneBar, wake.To*laneHeight+laneBar
	return htmlArrow{
		Title: fmt.Sprintf("%s starts %s or lets it go on, at %s", names[wake.From], names[wake.To], span(wake.At)),
		X:     percent(a.of(wake.At)), From: from, To: to,
	}
}

func percent(share float64) string { return fmt.Sprintf("%.2f%%", 100*share) }
