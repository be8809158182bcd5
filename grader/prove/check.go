package prove

import (
	"fmt"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// check compares what was found in each run with what is claimed of who.
func check(kind source.Kind, who string, kata session.Kata, answer source.Answer, runs []score.KataCard) Claim {
	claim := Claim{Kind: kind, Who: who, Complaints: []string{}}
	var judge func(score.KataCard) []string
	switch kind {
	case source.KindStub:
		claim.Claim = "fails every spec"
		judge = failsEverySpec
	case source.KindReference, source.KindRight:
		claim.Claim = "passes every spec"
		judge = passesEverySpec
	default:
		wants, complaints := readWants(answer, kata)
		claim.Claim = wants.String()
		claim.Complaints = append(claim.Complaints, complaints...)
		judge = wants.check
	}
	for n, card := range runs {
		for _, complaint := range judge(card) {
			if len(runs) > 1 {
				complaint = fmt.Sprintf("run %d of %d: %s", n+1, len(runs), complaint)
			}
			claim.Complaints = append(claim.Complaints, complaint)
		}
	}
	return claim
}

func failsEverySpec(card score.KataCard) (complaints []string) {
	if unusable := notRun(card); unusable != "" {
		return []string{unusable}
	}
	for _, spec := range card.Specs {
		if spec.Verdict == score.SpecPass || !spec.Verdict.Charged() {
			complaints = append(complaints, fmt.Sprintf("%q: %s", spec.Name, spec.Verdict))
		}
	}
	return complaints
}

func passesEverySpec(card score.KataCard) (complaints []string) {
	if unusable := notRun(card); unusable != "" {
		return []string{unusable}
	}
	for _, spec := range card.Specs {
		if spec.Verdict != score.SpecPass && spec.Verdict != score.SpecSkipped {
			complaints = append(complaints, told(spec))
		}
	}
	return complaints
}

// notRun says why no spec was run, "" if they were.
func notRun(card score.KataCard) string {
	switch card.Verdict {
	case score.KataRefused, score.KataBroken, score.KataVoid, score.KataNotAttempted:
		return fmt.Sprintf("%s: %s", card.Verdict, card.Message)
	}
	return ""
}

// told is a spec with what was found, for an author.
func told(spec score.SpecCard) string {
	text := fmt.Sprintf("%q: %s", spec.Name, kindOf(spec))
	if spec.Diagnosis == nil {
		return text
	}
	text += "\n" + spec.Diagnosis.Summary
	if spec.Diagnosis.Evidence != "" {
		text += "\n" + spec.Diagnosis.Evidence
	}
	return strings.ReplaceAll(text, "\n", "\n    ")
}

// kindOf is the verdict with its kind: "leak:zombie".
func kindOf(spec score.SpecCard) string {
	if spec.Diagnosis != nil {
		return spec.Diagnosis.Kind
	}
	return string(spec.Verdict)
}
