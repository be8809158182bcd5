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
	"time"

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
	{"html", "for handing out: one page with everything, and the lines of the answer that it is about", renderHTML},
	{"junit", "for CI: JUnit's XML, as Jenkins, GitLab and others read it", renderJUnit},
	{"markdown", "for a step summary or a comment: a table, and why specs did not pass", renderMarkdown},
	{"github", "for GitHub Actions: annotations, on standard output", renderGitHub},
	{"gradescope", "for Gradescope: results.json", renderGradescope},
	{"classroom50", "for Classroom 50: result.json", renderClassroom50},
	{"exercism", "for test runners in the way of Exercism: results.json, version 3", renderExercism},
	{"autolab", "for Autolab: semantic feedback and the scores, on two lines", renderAutolab},
	{"csv", "for a spreadsheet: a row for each spec", renderCSV},
	{"problems", "for editors: FILE:LINE:COLUMN: and what is to be mended there, a line each", renderProblems},
}

// Options are about the reader, and about what a scorecard doesn't hold. A renderer
// takes those that make sense for it.
type Options struct {
	Color bool
	// Width is in columns; 0 is 80.
	Width int
	// Verbose shows every failing spec with all of its evidence.
	Verbose bool
	// Env and Now are the environment and the clock of the machine, for services that
	// want to be told of them; nil for none.
	Env func(name string) string
	Now func() time.Time
	// Source returns the text of a graded file by the name that a scorecard gives
	// it, or "". Without it no code is shown.
	Source func(file string) string
}

func (o Options) env(name string) string {
	if o.Env == nil {
		return ""
	}
	return o.Env(name)
}

func (o Options) now() time.Time {
	if o.Now == nil {
		return time.Unix(0, 0)
	}
	return o.Now()
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
