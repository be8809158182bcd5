package render

import (
	"fmt"
	"io"
	"strings"
)

// Avoided tells of bugs that an answer does not have.
func Avoided(w io.Writer, kata string, stories []string, options Options) error {
	p := newPage(options)
	p.text("", p.paint(good, "Solved. ")+fmt.Sprintf("There are %s of %s that yours is not:", count(len(stories), "classic wrong solution"), p.paint(strong, phrase(kata))))
	for _, story := range stories {
		p.text(p.margin(1)+p.paint(faint, "·")+" ", phrase(story))
	}
	p.gap()
	p.shell("the reference next to yours: ", "make compare KATA="+phrase(kata))
	_, err := io.WriteString(w, p.String())
	return err
}

// Diff shows how two texts differ, as diff -u does.
func Diff(w io.Writer, text string, options Options) error {
	p := newPage(options)
	var painted strings.Builder
	for line := range strings.Lines(text) {
		line = harmless(strings.TrimSuffix(line, "\n"))
		with := ordinary
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"), strings.HasPrefix(line, "diff "):
			with = strong
		case strings.HasPrefix(line, "@@"):
			with = link
		case strings.HasPrefix(line, "+"):
			with = good
		case strings.HasPrefix(line, "-"):
			with = bad
		}
		painted.WriteString(p.paint(with, line) + "\n")
	}
	_, err := io.WriteString(w, painted.String())
	return err
}
