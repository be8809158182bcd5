package watch

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// key is a row of the table of keys.
type key struct {
	// names are as the terminal tells them; the first is the one that is shown.
	names []string
	// short stands at the foot of the screen, "" if it does not; about in the help.
	short, about string
	do           func(*desk) tea.Cmd
}

// keys is the table, in the order in which it is shown.
func keys() []key {
	return []key{
		{[]string{"n", "right"}, "next", "the next kata", func(d *desk) tea.Cmd { return d.move(1) }},
		{[]string{"p", "left"}, "previous", "the kata before", func(d *desk) tea.Cmd { return d.move(-1) }},
		{[]string{"h"}, "hint", "the next hint; there are three", (*desk).hint},
		{[]string{"b"}, "brief", "what the kata promises", (*desk).brief},
		{[]string{"l"}, "list", "all katas", func(d *desk) tea.Cmd { return d.turn(shelf) }},
		{[]string{"e"}, "edit", "open the first failing line, or else the stub, in $VISUAL or $EDITOR", (*desk).edit},
		{[]string{"enter", "space"}, "", "grade this kata now", func(d *desk) tea.Cmd { return d.asking(d.kata().ID) }},
		{[]string{"a"}, "all", "grade all katas that were begun", (*desk).all},
		{[]string{"r"}, "reset", "put the stub back; a copy of your answer is kept", (*desk).reset},
		{[]string{"up", "k"}, "", "scroll up", func(d *desk) tea.Cmd { d.top--; return nil }},
		{[]string{"down", "j"}, "", "scroll down", func(d *desk) tea.Cmd { d.top++; return nil }},
		{[]string{"pgup"}, "", "scroll a page up", func(d *desk) tea.Cmd { d.top -= d.room(); return nil }},
		{[]string{"pgdown"}, "", "scroll a page down", func(d *desk) tea.Cmd { d.top += d.room(); return nil }},
		{[]string{"esc"}, "", "back to the verdict", func(d *desk) tea.Cmd { d.open(verdicts); return nil }},
		{[]string{"?"}, "help", "this page", func(d *desk) tea.Cmd { return d.turn(help) }},
		{[]string{"q", "ctrl+c"}, "quit", "leave", func(*desk) tea.Cmd { return tea.Quit }},
	}
}

// press does what a key says.
func (d *desk) press(name string) tea.Cmd {
	d.said = ""
	if d.page == question && name != "ctrl+c" {
		return d.answer(name)
	}
	for _, key := range keys() {
		if slices.Contains(key.names, name) {
			return key.do(d)
		}
	}
	return nil
}

// turn opens a page, or leaves it if it is open.
func (d *desk) turn(to page) tea.Cmd {
	if d.page == to {
		to = verdicts
	}
	d.open(to)
	return nil
}

// move goes some katas on. The list moves with it.
func (d *desk) move(by int) tea.Cmd {
	count := len(d.standing.Katas)
	d.at = (d.at + by + count) % count
	if d.page != shelf {
		d.open(verdicts)
	}
	return nil
}

func (d *desk) hint() tea.Cmd {
	id := d.kata().ID
	return d.look(func() (string, error) { return d.course.Hint(id) })
}

func (d *desk) brief() tea.Cmd {
	id := d.kata().ID
	return d.look(func() (string, error) { return d.course.Brief(id) })
}

// all grades every kata that somebody has written in.
func (d *desk) all() tea.Cmd {
	var begun []string
	for _, kata := range d.standing.Katas {
		if kata.Verdict != score.KataNotAttempted && kata.Verdict != score.KataSkipped {
			begun = append(begun, kata.ID)
		}
	}
	if len(begun) == 0 {
		d.said = "Nothing was begun yet."
		return nil
	}
	d.open(shelf)
	return d.asking(begun...)
}

// edit opens an editor on top of the screen.
func (d *desk) edit() tea.Cmd {
	file, line := d.place()
	editor, err := d.course.Editor(file, line)
	if err != nil {
		d.said = err.Error()
		return nil
	}
	return tea.Exec(editor, func(err error) tea.Msg {
		if err != nil {
			return remark("the editor: " + err.Error())
		}
		return nil
	})
}

// place is the first line that failed, or else the stub.
func (d *desk) place() (file string, line int) {
	kata := d.kata()
	if len(kata.Complaints) > 0 {
		return kata.Complaints[0].File, kata.Complaints[0].Line
	}
	for _, spec := range kata.Specs {
		if spec.Diagnosis != nil && len(spec.Diagnosis.Where) > 0 {
			return spec.Diagnosis.Where[0].File, spec.Diagnosis.Where[0].Line
		}
	}
	_, name, _ := strings.Cut(kata.ID, "/")
	return "katas/" + kata.ID + "/" + name + ".go", 1
}

func (d *desk) reset() tea.Cmd {
	if d.kata().Verdict == score.KataNotAttempted {
		d.said = "It is as it was: nothing to reset."
		return nil
	}
	d.open(question)
	return nil
}

// answer takes everything but yes for no.
func (d *desk) answer(name string) tea.Cmd {
	d.open(verdicts)
	if name != "y" && name != "Y" {
		d.said = "Nothing was changed."
		return nil
	}
	id := d.kata().ID
	return func() tea.Msg {
		said, err := d.course.Reset(id)
		if err != nil {
			return remark(err.Error())
		}
		return remark(said)
	}
}
