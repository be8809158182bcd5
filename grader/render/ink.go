package render

import "charm.land/lipgloss/v2"

// ink is what a piece of text is, not how it looks.
type ink int

const (
	ordinary ink = iota
	strong
	faint
	good
	bad
	soso
	odd
	link
	command
)

// colours uses the terminal's own sixteen, so that they fit the reader's theme,
// light or dark.
var colours = map[ink]lipgloss.Style{
	ordinary: lipgloss.NewStyle(),
	strong:   lipgloss.NewStyle().Bold(true),
	faint:    lipgloss.NewStyle().Faint(true),
	good:     lipgloss.NewStyle().Foreground(lipgloss.Green),
	bad:      lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true),
	soso:     lipgloss.NewStyle().Foreground(lipgloss.Yellow),
	odd:      lipgloss.NewStyle().Foreground(lipgloss.Magenta),
	link:     lipgloss.NewStyle().Foreground(lipgloss.Cyan),
	command:  lipgloss.NewStyle().Foreground(lipgloss.Cyan).Bold(true),
}
