package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// wants are all those of one wrong solution. Each must hold.
type wants []source.Want

// readWants finds the want lines of an answer. It complains if there are none, or
// if one names a spec that the kata doesn't have or a verdict that doesn't exist.
func readWants(answer source.Answer, kata session.Kata) (found wants, complaints []string) {
	found, complaints = answer.Wants()
	for _, w := range found {
		if !slices.ContainsFunc(kata.Specs, func(s score.Spec) bool { return s.Name == w.Spec }) {
			complaints = append(complaints, fmt.Sprintf("%s:%d: the kata has no spec %q", w.File, w.Line, w.Spec))
		}
		for _, verdict := range w.Verdicts {
			if word, _, _ := strings.Cut(verdict, ":"); !score.SpecVerdict(word).Known() || word == string(score.SpecPass) {
				complaints = append(complaints, fmt.Sprintf("%s:%d: there is no failing verdict %q", w.File, w.Line, verdict))
			}
		}
	}
	if len(found) == 0 && len(complaints) == 0 {
		complaints = append(complaints, "no line says // want")
	}
	return found, complaints
}

// wantedOf returns the specs that an answer's want lines name; all of them if the
// lines are not as they should be, which is complained of later.
func wantedOf(answer source.Answer, kata session.Kata) (named []score.Spec) {
	found, complaints := readWants(answer, kata)
	if len(complaints) > 0 {
		return kata.Specs
	}
	for _, spec := range kata.Specs {
		if slices.ContainsFunc(found, func(w source.Want) bool { return w.Spec == spec.Name }) {
			named = append(named, spec)
		}
	}
	return named
}

// String says what is wanted.
func (w wants) String() string {
	var parts []string
	for _, one := range w {
		parts = append(parts, fmt.Sprintf("%q: %s", one.Spec, strings.Join(one.Verdicts, " or ")))
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
			if spec.Name == one.Spec && !slices.Contains(one.Verdicts, kindOf(spec)) {
				complaints = append(complaints, fmt.Sprintf("%s:%d: want %s, got %s",
					one.File, one.Line, strings.Join(one.Verdicts, " or "), told(spec)))
			}
		}
	}
	return complaints
}
