package score

import (
	"fmt"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// bar is a reason not to look at the runs of a kata at all.
type bar struct {
	verdict KataVerdict
	// specs is the verdict that every spec gets.
	specs   SpecVerdict
	applies func(Kata, report.Report) bool
	message func(report.Report) string
}

// bars are in order: the first that applies decides.
var bars = []bar{
	{KataVoid, SpecVoid,
		func(_ Kata, seen report.Report) bool { return seen.Fault != "" },
		func(seen report.Report) string { return ourFault(seen.Fault) }},
	{KataRefused, SpecNotRun,
		func(_ Kata, seen report.Report) bool { return len(seen.Refused) > 0 },
		func(seen report.Report) string { return refusal(seen.Refused) }},
	{KataBroken, SpecNotRun,
		func(_ Kata, seen report.Report) bool { return len(seen.Broken) > 0 },
		func(seen report.Report) string { return compilerError(seen.Broken) }},
	{KataSkipped, SpecSkipped,
		func(_ Kata, seen report.Report) bool { return seen.Skipped != "" },
		func(seen report.Report) string { return "Skipped on this machine: " + sentence(seen.Skipped) }},
	{KataNotAttempted, SpecNotRun,
		func(_ Kata, seen report.Report) bool { return seen.Untouched },
		func(report.Report) string { return "Not attempted yet: the answer is still the stub." }},
	{KataVoid, SpecVoid,
		func(kata Kata, _ report.Report) bool { return len(kata.Specs) == 0 },
		func(report.Report) string { return ourFault("the kata has no specs") }},
	{KataVoid, SpecVoid,
		func(_ Kata, seen report.Report) bool { return len(seen.Runs) == 0 },
		func(report.Report) string { return ourFault("no run of the specs was reported") }},
}

func firstBar(kata Kata, seen report.Report) (bar, bool) {
	for _, bar := range bars {
		if bar.applies(kata, seen) {
			return bar, true
		}
	}
	return bar{}, false
}

// write fills a card in: every spec gets the same verdict, for the same reason.
func (b bar) write(card *KataCard, kata Kata, seen report.Report) {
	card.Verdict = b.verdict
	card.Message = b.message(seen)
	card.Complaints = complaintsOf(slices.Concat(seen.Refused, seen.Broken))
	card.Specs = []SpecCard{}
	for _, spec := range kata.Specs {
		why := finding{summary: card.Message}
		card.Specs = append(card.Specs, SpecCard{
			ID:        spec.ID,
			Name:      spec.Name,
			Points:    spec.Points,
			Verdict:   b.specs,
			Diagnosis: why.diagnosis(b.specs, spec, kata.replay()),
		})
	}
}

// conclude says what the specs amount to.
func conclude(specs []SpecCard) (KataVerdict, string) {
	count := map[gravity]int{}
	fault := ""
	for _, spec := range specs {
		weight := spec.Verdict.gravity()
		count[weight]++
		if weight == void && fault == "" {
			fault = spec.Diagnosis.Summary
		}
	}
	points, _ := tally(specs)
	switch {
	case count[void] > 0:
		whose := "its"
		if count[void] > 1 {
			whose = "their"
		}
		return KataVoid, fmt.Sprintf("%d of %s could not be judged, and %s points are not counted. %s",
			count[void], plural(len(specs), "spec"), whose, fault)
	case count[skipped] == len(specs):
		return KataSkipped, "Skipped on this machine: it lacks what every spec needs."
	case count[failed] == 0:
		return KataPass, ""
	case points > 0:
		return KataPartial, ""
	default:
		return KataFail, ""
	}
}

// tally adds up what was scored and what could have been.
func tally(specs []SpecCard) (points, maximum int) {
	for _, spec := range specs {
		if spec.Verdict == SpecPass {
			points += spec.Points
		}
		if spec.Verdict.Charged() {
			maximum += spec.Points
		}
	}
	return points, maximum
}

func ourFault(fault string) string {
	return "The grader failed here, not your code: " + sentence(fault)
}

func refusal(remarks []report.Complaint) string {
	first := remarks[0]
	text := fmt.Sprintf("Refused before compiling: %s:%d: %s",
		first.Where.File, first.Where.Line, strings.TrimRight(first.Message, "."))
	if first.Allowed != "" {
		text += " (allowed instead: " + strings.TrimRight(first.Allowed, ".") + ")"
	}
	return text + andMore(len(remarks)-1, "remark") + "."
}

func compilerError(remarks []report.Complaint) string {
	first := remarks[0]
	place := fmt.Sprintf("%s:%d", first.Where.File, first.Where.Line)
	if first.Column > 0 {
		place += fmt.Sprintf(":%d", first.Column)
	}
	return fmt.Sprintf("It does not compile: %s: %s%s.",
		place, strings.TrimRight(first.Message, "."), andMore(len(remarks)-1, "error"))
}

func complaintsOf(remarks []report.Complaint) []Complaint {
	var all []Complaint
	for _, remark := range remarks {
		all = append(all, Complaint{
			File:    remark.Where.File,
			Line:    remark.Where.Line,
			Column:  remark.Column,
			Message: remark.Message,
			Allowed: remark.Allowed,
		})
	}
	return all
}
