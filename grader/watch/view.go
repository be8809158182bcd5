package watch

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/concurrency-dojo/dojo/grader/render"
)

// View is the screen: how far one has come, a middle that scrolls, and what can be
// done.
func (d *desk) View() tea.View {
	head := lines(render.Standing(d.standing, d.options()))
	foot := lines(d.foot())
	if len(head)+len(foot)+leastRoom > d.height {
		// What goes on is worth more than the keys, which ? shows too.
		foot = foot[:1]
	}
	middle := lines(d.middle())
	room := max(1, d.height-len(head)-len(foot)-2)
	d.top = min(max(d.top, 0), max(0, len(middle)-room))
	shown := middle[d.top:min(len(middle), d.top+room)]
	for len(shown) < room {
		shown = append(shown[:len(shown):len(shown)], "")
	}
	all := slices.Concat(head, []string{""}, shown, []string{d.below(len(middle) - d.top - room)}, foot)
	view := tea.NewView(strings.Join(all[:min(len(all), d.height)], "\n"))
	view.AltScreen = true
	view.WindowTitle = "dojo " + d.kata().ID
	return view
}

// leastRoom is as many lines as the middle needs, with those around it, to be read.
const leastRoom = 6

// room is about how many lines the middle has.
func (d *desk) room() int { return max(1, d.height-6) }

func (d *desk) options() render.Options {
	return render.Options{Color: d.color, Width: d.width}
}

func lines(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }

// below is the line between the middle and the foot, which says what is not seen.
func (d *desk) below(hidden int) string {
	if hidden <= 0 {
		return ""
	}
	return d.faint(fmt.Sprintf("↓ %d more lines", hidden))
}

func (d *desk) faint(text string) string {
	if !d.color {
		return text
	}
	return lipgloss.NewStyle().Faint(true).Render(text)
}

func (d *desk) middle() string {
	switch kata := d.kata(); d.page {
	case shelf:
		return render.Shelf(d.standing, kata.ID, d.options())
	case help:
		return d.help()
	case passage:
		return d.text
	case question:
		return render.Passage(fmt.Sprintf("Put the stub of %s back? A copy of your files is kept.\n\ny yes · any other key: no", kata.ID), d.options())
	default:
		return render.Desk(kata, d.live[kata.ID], d.options())
	}
}

// foot says what goes on, and which keys there are.
func (d *desk) foot() string {
	state := d.said
	switch {
	case d.live != nil:
		state = "grading …"
	case state != "":
	case d.more:
		state = "passed; running it again with its schedule disturbed …"
	default:
		state = "waiting for a save below katas/"
	}
	return render.Passage(state+"\n", d.options()) + d.faint(strings.Join(d.shortcuts(), "\n"))
}

// shortcuts are the keys, in lines that no key is broken by.
func (d *desk) shortcuts() (rows []string) {
	for _, key := range keys() {
		if key.short == "" {
			continue
		}
		text := key.names[0] + " " + key.short
		if last := len(rows) - 1; last >= 0 && len(rows[last])+len("  ")+len(text) <= d.width {
			rows[last] += "  " + text
			continue
		}
		rows = append(rows, text)
	}
	return rows
}

func (d *desk) help() string {
	var text strings.Builder
	for _, key := range keys() {
		fmt.Fprintf(&text, "%-14s %s\n", strings.Join(key.names, ", "), key.about)
	}
	text.WriteString("\nSave a file of a kata and it is graded: first once, and if it passes again and again with its schedule disturbed.\n")
	return render.Passage(text.String(), d.options())
}
