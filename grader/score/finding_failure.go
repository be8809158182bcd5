package score

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func findPanic(o report.Outcome) finding {
	f := panicked(strings.TrimSpace(strings.TrimPrefix(o.Failure.Message, "panic:")), places(o.Failure.Where))
	f.evidence = testimony(*o.Failure)
	return f
}

func findBusy(o report.Outcome) finding {
	return finding{
		summary:  "The answer kept the processor busy while it had nothing to do but wait.",
		where:    places(slices.Concat(o.Failure.Where, o.Failure.About)),
		evidence: testimony(*o.Failure),
	}
}

func findSkip(o report.Outcome) finding {
	return finding{summary: "This machine cannot run the spec: " + sentence(firstLine(o.Failure.Message))}
}

func findWrong(o report.Outcome) finding {
	f := finding{
		summary:  "What the spec expected did not come true" + atLine(o.Failure.Spec) + ".",
		where:    places(o.Failure.Where),
		evidence: testimony(*o.Failure),
	}
	if len(f.where) == 0 {
		f.where = places(o.Failure.About)
	}
	if said, short := gist(o.Failure.Message); short {
		f.summary = said
	}
	return f
}

// testimony is the line of the specs that did not hold and what it said.
func testimony(failure report.Failure) []string {
	var lines []string
	if failure.Spec.File != "" {
		lines = append(lines, specLine(failure.Spec))
	}
	if text := trim(failure.Message); text != "" {
		lines = append(lines, text)
	}
	return lines
}

// specLine has the whole path, so that a terminal makes it a link.
func specLine(where report.Location) string {
	return fmt.Sprintf("the spec: %s:%d", where.File, where.Line)
}

// Gomega introduces a value by its type, "<int>: 3", and dumps what is inside of
// errors and structs between braces on lines of their own.
var (
	gomegaType = regexp.MustCompile(`<[^<>\n]*>:\s*`)
	gomegaDump = regexp.MustCompile(`(?s)\s*\{\n.*?\n\s*\}`)
)

// prelude is how a message of Gomega begins that goes on below.
var prelude = regexp.MustCompile(`^(Expected|(Timed out|Failed) after .*|.*:)$`)

// maxGist is the longest message, in characters, that still reads as a sentence.
const maxGist = 110

// gist reads a message as one sentence, if it is one. What the author of a spec
// wrote in front of Gomega's message is the best summary there is; without
// that, the message itself reads well if it is short.
func gist(message string) (said string, short bool) {
	said = firstLine(message)
	if said == "" {
		return "", false
	}
	if prelude.MatchString(said) {
		said = gomegaType.ReplaceAllString(gomegaDump.ReplaceAllString(message, ""), "")
	}
	said = sentence(said)
	return said, utf8.RuneCountInString(said) <= maxGist && !strings.ContainsAny(said, "{}")
}
