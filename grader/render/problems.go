package render

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// renderProblems writes a line for each thing to be mended, as compilers do:
//
//	FILE:LINE:COLUMN: VERDICT: what happened (the promise)
//
// Editors make marks and lists of such lines: a problem matcher, vim's quickfix,
// compilation-mode.
func renderProblems(w io.Writer, card score.Scorecard, _ Options) error {
	var lines strings.Builder
	say := func(file string, line, column int, text string) {
		fmt.Fprintf(&lines, "%s:%d:%d: %s\n", phrase(file), max(1, line), max(1, column), phrase(text))
	}
	for _, kata := range card.Katas {
		stub := "katas/" + kata.ID + "/" + path.Base(kata.ID) + ".go"
		for _, complaint := range kata.Complaints {
			say(complaint.File, complaint.Line, complaint.Column, string(kata.Verdict)+": "+complaint.Message)
		}
		for _, spec := range kata.Specs {
			if spec.Verdict == score.SpecPass || !spec.Verdict.Charged() || spec.Diagnosis == nil || kata.Verdict == score.KataNotAttempted {
				continue
			}
			at := score.Place{File: stub}
			if len(spec.Diagnosis.Where) > 0 {
				at = spec.Diagnosis.Where[0]
			}
			say(at.File, at.Line, 1, fmt.Sprintf("%s: %s (%s)", kindOf(spec), spec.Diagnosis.Summary, spec.Name))
		}
	}
	_, err := io.WriteString(w, lines.String())
	return err
}
