package watch

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// desk is what is on the screen and what is known.
type desk struct {
	course Course
	// ask has katas graded as if they had been saved. It may block.
	ask   func(katas ...string)
	color bool

	width, height int
	// standing has the katas of the desk in teaching order, each with its specs.
	standing score.Scorecard
	// at is the index of the kata that is shown.
	at int
	// live is what the grading that goes on has come by, by kata and spec; nil
	// between gradings. more: what passed is run again.
	live map[string]map[string]bool
	more bool

	// page is what the middle of the screen shows, text what it says if it is
	// something that was looked up.
	page page
	text string
	// top is the first line of the middle that is shown.
	top int
	// said is a remark at the bottom, until the next key.
	said string
}

// page is what the middle of the screen shows.
type page int

const (
	verdicts page = iota
	shelf
	help
	passage
	question
)

// What a desk is told of.
type (
	// begun: a grading of these katas has begun.
	begun struct{ katas []string }
	// specRun: a spec was run for the first time.
	specRun struct {
		kata, spec string
		clean      bool
	}
	// graded: a grading is over. more: it goes on behind what is shown.
	graded struct {
		card score.Scorecard
		err  error
		more bool
	}
	// found is a text that was looked up.
	found struct {
		text string
		err  error
	}
	// remark is said at the bottom.
	remark string
)

func newDesk(course Course, standing score.Scorecard, color bool) *desk {
	d := &desk{course: course, standing: standing, color: color, width: 80, height: 24}
	// Whoever has solved all begins with the first again.
	d.at, _ = standing.Next()
	return d
}

func (d *desk) kata() score.KataCard { return d.standing.Katas[d.at] }

// Init grades what was begun, so that the desk opens where its user left.
func (d *desk) Init() tea.Cmd {
	if kata := d.kata(); kata.Verdict != score.KataNotAttempted && kata.Verdict != score.KataSkipped {
		return d.asking(kata.ID)
	}
	return nil
}

func (d *desk) asking(katas ...string) tea.Cmd {
	return func() tea.Msg {
		d.ask(katas...)
		return nil
	}
}

// Update takes what happened.
func (d *desk) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	switch message := message.(type) {
	case tea.WindowSizeMsg:
		d.width, d.height = message.Width, message.Height
	case tea.KeyPressMsg:
		return d, d.press(message.String())
	case begun:
		d.begin(message.katas)
	case specRun:
		if specs := d.live[message.kata]; specs != nil {
			specs[message.spec] = message.clean
		}
	case graded:
		return d, d.take(message)
	case found:
		d.open(passage)
		if d.text = message.text; message.err != nil {
			d.page, d.said = verdicts, message.err.Error()
		}
	case remark:
		d.said = string(message)
	}
	return d, nil
}

// open turns to a page, at its top.
func (d *desk) open(p page) { d.page, d.top = p, 0 }

// begin shows a grading. What was saved is what its user wants to see.
func (d *desk) begin(katas []string) {
	d.live, d.more = map[string]map[string]bool{}, false
	for _, id := range katas {
		d.live[id] = map[string]bool{}
	}
	if _, shown := d.live[d.kata().ID]; !shown {
		for i, kata := range d.standing.Katas {
			if kata.ID == katas[0] {
				d.at = i
			}
		}
	}
	if d.page != shelf {
		d.open(verdicts)
	}
}

// take keeps what a grading found. Whoever has solved a kata is told what it was
// that they did not get wrong.
func (d *desk) take(g graded) tea.Cmd {
	again := d.more
	d.live, d.more = nil, g.more
	if g.err != nil {
		d.said = g.err.Error()
		return nil
	}
	for _, card := range g.card.Katas {
		if card.Verdict != score.KataNotAttempted {
			// Whoever has just put the stub back still wants to read where the answer is kept.
			d.said = ""
		}
		for i, kata := range d.standing.Katas {
			if kata.ID == card.ID {
				d.standing.Katas[i] = card
			}
		}
	}
	d.standing = score.Sum(d.standing.Source, d.standing.Environment, d.standing.Katas)
	if !again {
		return nil
	}
	if !whole(g.card) {
		d.said = "It passed once, and failed when it was run again with its schedule disturbed."
		return nil
	}
	if len(g.card.Katas) > 1 || d.page != verdicts {
		return nil
	}
	id := g.card.Katas[0].ID
	d.said = passedAgain(g.card)
	return d.look(func() (string, error) { return d.course.Avoided(id) })
}

// passedAgain says how often the specs that were run most passed.
func passedAgain(card score.Scorecard) string {
	most := 0
	for _, kata := range card.Katas {
		for _, spec := range kata.Specs {
			most = max(most, spec.Runs.Passed)
		}
	}
	if most == 1 {
		return "Run again with the schedule disturbed: passed once."
	}
	return fmt.Sprintf("Run again with the schedule disturbed: passed %d times.", most)
}

// look looks a text up beside the screen.
func (d *desk) look(up func() (string, error)) tea.Cmd {
	return func() tea.Msg {
		text, err := up()
		return found{text, err}
	}
}
