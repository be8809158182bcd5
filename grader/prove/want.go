package prove

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// want says which spec must catch a wrong solution, and with which verdicts:
// more than one only where timing decides which comes first.
type want struct {
	file     string
	line     int
	sentence string
	verdicts []string
}

// wants are all those of one wrong solution. Each must hold.
type wants []want

// wantLine matches: // want "sentence" verdict|verdict
var wantLine = regexp.MustCompile(`// want "([^"]+)" (\S+)\s*$`)

// readWants finds the want lines of an answer. It complains if there are none, or
// if one names a spec that the kata doesn't have or a verdict that doesn't exist.
func readWants(answer source.Answer, kata session.Kata) (found wants, complaints []string) {
	for _, name := range slices.Sorted(maps.Keys(answer.Files)) {
		for n, line := range strings.Split(string(answer.Files[name]), "\n") {
			match := wantLine.FindStringSubmatch(line)
			if match == nil {
				if strings.Contains(line, "// want ") {
					complaints = append(complaints, fmt.Sprintf(`%s:%d: write // want "sentence" verdict`, name, n+1))
				}
				continue
			}
			w := want{file: name, line: n + 1, sentence: match[1], verdicts: strings.Split(match[2], "|")}
			if !slices.ContainsFunc(kata.Specs, func(s score.Spec) bool { return s.Name == w.sentence }) {
				complaints = append(complaints, fmt.Sprintf("%s:%d: the kata has no spec %q", name, n+1, w.sentence))
			}
			for _, verdict := range w.verdicts {
				if word, _, _ := strings.Cut(verdict, ":"); !score.SpecVerdict(word).Known() || word == string(score.SpecPass) {
					complaints = append(complaints, fmt.Sprintf("%s:%d: there is no failing verdict %q", name, n+1, verdict))
				}
			}
			found = append(found, w)
		}
	}
	if len(found) == 0 && len(complaints) == 0 {
		complaints = append(complaints, "no line says // want")
	}
	return found, complaints
}

// String says what is wanted.
func (w wants) String() string {
	var parts []string
	for _, one := range w {
		parts = append(parts, fmt.Sprintf("%q: %s", one.sentence, strings.Join(one.verdicts, " or ")))
	}
	return strings.Join(parts, "; ")
}

// check returns what was found instead of what is wanted.
func (w wants) check(card score.KataCard) (complaints []string) {
	if unusable := notRun(card); unusable != "" {
		return []string{unusable}
	}
	for _, one := range w {
		for _, spec := range card.Specs {
			if spec.Name == one.sentence && !slices.Contains(one.verdicts, kindOf(spec)) {
				complaints = append(complaints, fmt.Sprintf("%s:%d: want %s, got %s",
					one.file, one.line, strings.Join(one.verdicts, " or "), told(spec)))
			}
		}
	}
	return complaints
}
