package render

import (
	"regexp"
	"strings"

	"charm.land/lipgloss/v2"
)

// Beyond widest, lines are hard to follow with the eye; below narrowest there
// is nothing left to wrap. A page under roomy columns saves on margins, and text
// in less than cramped is no text.
const (
	standard  = 80
	widest    = 100
	narrowest = 20
	roomy     = 60
	cramped   = 12
)

// page lays text out for a width. Text that comes in must be harmless.
type page struct {
	width int
	color bool
	lines []string
}

func newPage(options Options) *page {
	width := options.Width
	if width <= 0 {
		width = standard
	}
	return &page{width: min(max(width, narrowest), widest), color: options.Color}
}

func (p *page) String() string {
	return strings.TrimRight(strings.Join(p.lines, "\n"), "\n") + "\n"
}

// paint colours a piece of one line.
func (p *page) paint(with ink, text string) string {
	if !p.color || strings.TrimSpace(text) == "" {
		return text
	}
	return colours[with].Render(text)
}

// margin is the indentation of a level. Each level stands under the text of the
// one above, behind its sign.
func (p *page) margin(level int) string {
	if p.width < roomy {
		level--
	}
	return strings.Repeat("  ", level)
}

// gap is one empty line, however often it is asked for.
func (p *page) gap() {
	if n := len(p.lines); n > 0 && p.lines[n-1] != "" {
		p.lines = append(p.lines, "")
	}
}

// blanks are those at the end of a line, also where a colour ends behind them.
var blanks = regexp.MustCompile(` +((\x1b\[[0-9;]*m)*)$`)

// line adds a line that fits as it is.
func (p *page) line(text string) {
	p.lines = append(p.lines, commandless(blanks.ReplaceAllString(text, "$1")))
}

// text wraps a text behind a lead. Its later lines stand under its beginning.
func (p *page) text(lead, text string) {
	p.wrapped(lead, strings.Repeat(" ", lipgloss.Width(lead)), text, "")
}

// path is text that may also be broken behind a slash.
func (p *page) path(lead, text string) {
	p.wrapped(lead, strings.Repeat(" ", lipgloss.Width(lead)), text, "/")
}

// wrapped begins the first line with lead and the later ones with rest. A lead
// that leaves no room gets a line to itself.
func (p *page) wrapped(lead, rest, text, breakpoints string) {
	room := p.width - max(lipgloss.Width(lead), lipgloss.Width(rest))
	if room < cramped && strings.TrimSpace(lead) != "" {
		p.line(lead)
		rest = lead[:len(lead)-len(strings.TrimLeft(lead, " "))]
		lead, room = rest, p.width-len(rest)
	}
	for i, line := range p.wrap(text, room, breakpoints) {
		if i > 0 {
			lead = rest
		}
		p.line(lead + line)
	}
}

func (p *page) wrap(text string, width int, breakpoints string) []string {
	return strings.Split(lipgloss.Wrap(text, max(width, 1), breakpoints), "\n")
}

// apart puts two texts at the ends of a line, if it holds both.
func (p *page) apart(left, right, filler string) bool {
	room := p.width - lipgloss.Width(left) - lipgloss.Width(right) - 2
	if room < 0 {
		return false
	}
	p.line(left + " " + p.paint(faint, strings.Repeat(filler, room)) + " " + right)
	return true
}

// shell shows a command so that it can be copied, also where it takes more than
// one line.
func (p *page) shell(lead, text string) {
	room := p.width - lipgloss.Width(lead)
	if lipgloss.Width(text) <= room {
		p.line(lead + p.paint(command, text))
		return
	}
	const more = ` \`
	var lines []string
	for _, word := range strings.Fields(text) {
		last := len(lines) - 1
		switch {
		case lipgloss.Width(word+more) > room:
			// Broken inside a word it can't be copied anyway.
			p.path(lead, p.paint(command, text))
			return
		case last >= 0 && lipgloss.Width(lines[last]+" "+word+more) <= room:
			lines[last] += " " + word
		default:
			lines = append(lines, word)
		}
	}
	p.text(lead, p.paint(command, strings.Join(lines, more+"\n")))
}
