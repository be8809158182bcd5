package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// problem is something that is to be mended. All of its text is harmless.
type problem struct {
	kata, kind string
	// name is the promise that was broken; of a kata that was not let in, its title.
	name         string
	points       int
	file         string
	line, column int
	// summary is a sentence, detail all that is to be said.
	summary, detail string
}

// problemsOf are those of a scorecard. What was not let in or does not compile has
// its complaints, and not a problem for each spec that could not be run for that; what
// nobody has begun has none.
func problemsOf(card score.Scorecard) (all []problem) {
	tests := map[string][]test{}
	for _, part := range suites(testsOf(card)) {
		tests[part[0].kata.ID] = part
	}
	for _, kata := range card.Katas {
		if kata.Verdict == score.KataNotAttempted {
			continue
		}
		for _, complaint := range kata.Complaints {
			p := problem{
				kata: phrase(kata.ID), kind: phrase(string(kata.Verdict)), name: phrase(kata.Title), points: kata.Max,
				file: phrase(complaint.File), line: complaint.Line, column: complaint.Column,
				summary: cut(phrase(complaint.Message), longestSummary),
			}
			p.detail = p.summary + "\n"
			if complaint.Allowed != "" {
				p.detail += "use instead: " + cut(phrase(complaint.Allowed), longestSummary) + "\n"
			}
			all = append(all, p)
		}
		if len(kata.Complaints) > 0 {
			continue
		}
		for _, t := range tests[kata.ID] {
			if t.state == failedState {
				all = append(all, t.problem())
			}
		}
	}
	return all
}

func (t test) problem() problem {
	p := problem{
		kata: phrase(t.kata.ID), kind: t.kind, name: t.name, points: t.max, file: t.file, line: t.line, column: 1,
		summary: t.summary, detail: t.detail,
	}
	if p.file == "" {
		p.file = stub(p.kata)
	}
	return p
}

// renderProblems writes a line for each thing to be mended, as compilers do:
//
//	FILE:LINE:COLUMN: VERDICT: what happened (the promise)
//
// Editors make marks and lists of such lines: a problem matcher, vim's quickfix,
// compilation-mode.
func renderProblems(w io.Writer, card score.Scorecard, _ Options) error {
	var lines strings.Builder
	for _, p := range problemsOf(card) {
		fmt.Fprintf(&lines, "%s:%d:%d: %s: %s (%s)\n", p.file, max(1, p.line), max(1, p.column), p.kind, p.summary, p.name)
	}
	_, err := io.WriteString(w, lines.String())
	return err
}
