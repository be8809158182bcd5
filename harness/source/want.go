package source

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Want is what a wrong solution says must catch it.
type Want struct {
	File string
	Line int
	// Spec is the sentence of a spec, Verdicts are those that it may have: more than
	// one only where timing decides which comes first.
	Spec     string
	Verdicts []string
}

// wantLine matches: // want "sentence" verdict|verdict
var wantLine = regexp.MustCompile(`// want "([^"]+)" (\S+)\s*$`)

// Wants finds the want lines of an answer, and complains of those that are none.
func (a Answer) Wants() (found []Want, complaints []string) {
	for _, name := range slices.Sorted(maps.Keys(a.Files)) {
		for n, line := range strings.Split(string(a.Files[name]), "\n") {
			if match := wantLine.FindStringSubmatch(line); match != nil {
				found = append(found, Want{File: name, Line: n + 1, Spec: match[1], Verdicts: strings.Split(match[2], "|")})
			} else if strings.Contains(line, "// want ") {
				complaints = append(complaints, fmt.Sprintf(`%s:%d: write // want "sentence" verdict`, name, n+1))
			}
		}
	}
	return found, complaints
}
