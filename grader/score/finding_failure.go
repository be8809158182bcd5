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
// errors and structs between braces on lines of their own. An address says nothing.
var (
	gomegaChannel = regexp.MustCompile(`<(<-)?chan[^>\n]*>:\s*0x[0-9a-f]+`)
	gomegaType    = regexp.MustCompile(`<(<-|[^<>\n])*>:\s*`)
	gomegaDump    = regexp.MustCompile(`(?s)\s*\{\n.*?\n\s*\}`)
)

// prelude is how a message of Gomega begins that goes on below, and interrupted how
// one begins of a wait that the watchdog ended: the verdict tells that already.
var (
	prelude     = regexp.MustCompile(`^(Expected|(Timed out|Failed) after .*|.*:)$`)
	interrupted = regexp.MustCompile(`^Context was cancelled \(cause: [^\n]*\) after [0-9.]+m?s\.\n`)
	withError   = regexp.MustCompile(`^(Unexpected error|Expected success, but got an error|Expected an error to have occurred\.  Got):\s*\n`)
)

// The longest message that still reads as a sentence, in characters: of Gomega's own,
// and of one that the author of a spec wrote.
const (
	maxGist = 110
	maxSaid = 200
)

// plain takes away what Gomega tells of types.
func plain(message string) string {
	message = gomegaChannel.ReplaceAllString(gomegaDump.ReplaceAllString(message, ""), "a channel")
	return gomegaType.ReplaceAllString(message, "")
}

// label reports whether an annotation names something, a call or a row, rather than
// saying something of it.
func label(text string) bool {
	return strings.HasSuffix(text, ")") && strings.Contains(text, "(") || len(strings.Fields(text)) < 3
}

// gist reads a message as one sentence, if it is one. What the author of a spec
// wrote in front of Gomega's message is the best summary there is; without
// that, the message itself reads well if it is short, and an error by its first line.
func gist(message string) (said string, short bool) {
	message = interrupted.ReplaceAllString(strings.TrimSpace(message), "")
	said = firstLine(message)
	most := maxSaid
	switch {
	case said == "":
		return "", false
	case withError.MatchString(message):
		said += " " + firstLine(gomegaType.ReplaceAllString(strings.TrimSpace(withError.ReplaceAllString(message, "")), ""))
	case prelude.MatchString(said):
		most, said = maxGist, plain(message)
	case label(said):
		// Which of several rows it was is half of what there is to say.
		if _, rest, more := strings.Cut(message, "\n"); more && utf8.RuneCountInString(plain(rest)) <= maxGist {
			said += ": " + strings.Join(strings.Fields(plain(rest)), " ")
		}
	}
	said = capital(sentence(said))
	return said, utf8.RuneCountInString(said) <= most && !strings.ContainsAny(said, "{}")
}
