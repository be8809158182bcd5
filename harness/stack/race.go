package stack

import (
	"regexp"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

var (
	access  = regexp.MustCompile(`^(?:Previous )?((?i:atomic )?(?i:read|write)) at 0x[0-9a-f]+ by (.*):$`)
	started = regexp.MustCompile(`^(Goroutine \d+) \([a-z]+\) created at:`)
)

// Races reads the reports of the race detector in its log. Of each it keeps the
// two accesses with the answer's frames.
func Races(log string) []report.Race {
	var found []report.Race
	for text := range strings.SplitSeq(log, "==================") {
		if strings.Contains(text, "WARNING: DATA RACE") {
			found = append(found, race(text))
		}
	}
	return found
}

// race reads one report. Its parts are paragraphs: two accesses and, for each
// goroutine that isn't the main one, its birth.
func race(text string) report.Race {
	var sides []report.Access
	var by []string
	births := map[string]report.Location{}
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		paragraph = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(paragraph), "WARNING: DATA RACE"))
		head, body, _ := strings.Cut(paragraph, "\n")
		if match := access.FindStringSubmatch(head); match != nil {
			sides = append(sides, side(strings.ToLower(match[1]), frames(body)))
			by = append(by, match[2])
		} else if match := started.FindStringSubmatch(head); match != nil {
			births[strings.ToLower(match[1])] = birth(frames(body))
		}
	}
	for i := range sides {
		sides[i].Born = births[by[i]]
	}
	sides = append(sides, report.Access{}, report.Access{})
	return report.Race{First: sides[0], Second: sides[1]}
}

// side is an access with its stack. What lies above the answer's innermost frame
// touched the memory on the answer's behalf; so did all, if the answer has none.
func side(operation string, stack []Frame) report.Access {
	found := report.Access{Operation: operation, Where: Answers(stack)}
	switch inner := slices.IndexFunc(stack, Frame.Answer); {
	case inner > 0:
		found.Through = stack[inner-1].Function
	case inner < 0 && len(stack) > 0:
		found.Through = stack[0].Function
	}
	return found
}

// birth picks the frame of a creation stack that a learner knows, if any: an
// answer's or a spec's.
func birth(places []Frame) report.Location {
	for _, place := range places {
		if place.Answer() || place.Spec() {
			return place.Location()
		}
	}
	return report.Location{}
}

// frames reads the detector's stacks: "  function()\n      file:line +0x1".
func frames(text string) []Frame {
	var found []Frame
	function := ""
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "      ") {
			frame := Frame{Function: function}
			frame.File, frame.Line = position(line)
			found = append(found, frame)
			continue
		}
		function = called(strings.TrimSpace(line))
	}
	return found
}
