// Package render writes scorecards: for people, for programs and for the
// services that collect grades. It knows no reports and no processes; all that
// it says stands in the scorecard.
//
// A renderer is a row of a table with a file and goldens of its own. What a
// submission may have had a hand in (panics, messages, paths) is hostile until
// a renderer has made it harmless for its own medium.
package render

import (
	"io"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// Format is a row of the table of renderers.
type Format struct {
	Name, About string
	Render      func(io.Writer, score.Scorecard, Options) error
}

// Formats holds every renderer, the default one first.
var Formats = []Format{
	{"terminal", "for people: what passed, what did not, why, and what to do next", renderTerminal},
	{"json", "for programs: the scorecard itself, schema " + score.Schema, renderJSON},
	{"problems", "for editors: FILE:LINE:COLUMN: and what is to be mended there, a line each", renderProblems},
}

// Options are about the reader, not about the scorecard. A renderer takes those
// that make sense for it.
type Options struct {
	Color bool
	// Width is in columns; 0 is 80.
	Width int
	// Verbose shows every failing spec with all of its evidence.
	Verbose bool
}

// Lookup finds a format by its name.
func Lookup(name string) (Format, bool) {
	for _, format := range Formats {
		if format.Name == name {
			return format, true
		}
	}
	return Format{}, false
}
