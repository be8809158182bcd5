package score

import (
	"fmt"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func judgeSpecs(kata Kata, runs []report.Run) []SpecCard {
	cards := []SpecCard{}
	for _, spec := range kata.Specs {
		cards = append(cards, judgeSpec(kata.ID, spec, runs))
	}
	return cards
}

// judgeSpec lets the first of the gravest runs speak for all: one failure in a
// thousand runs is a failure.
func judgeSpec(kata string, spec Spec, runs []report.Run) SpecCard {
	card := SpecCard{
		ID:      spec.ID,
		Name:    spec.Name,
		Points:  spec.Points,
		Verdict: SpecPass,
	}
	var gravest finding
	var seed uint64
	failures := 0
	for n, run := range runs {
		// Every spec belongs to the first run: absent there, it reads like one
		// that never finished. Later runs hold those that were worth another.
		outcome, there := run.Outcomes[spec.ID]
		if !there && n > 0 {
			continue
		}
		card.Runs.Total++
		card.Milliseconds = max(card.Milliseconds, outcome.Wall.Milliseconds())
		verdict, why := rule(outcome)
		switch verdict.gravity() {
		case passed:
			card.Runs.Passed++
		case failed:
			failures++
		}
		if verdict.gravity() > card.Verdict.gravity() {
			card.Verdict, gravest, seed = verdict, why, run.Seed
		}
	}
	if card.Verdict == SpecPass {
		return card
	}
	if total := card.Runs.Total; failures > 0 && total > 1 {
		gravest.summary += fmt.Sprintf(" The spec failed in %d of %d runs, first with seed %d.",
			failures, total, seed)
	}
	if len(gravest.evidence) == 0 && card.Verdict == SpecWrong {
		gravest.evidence = []string{specLine(spec.Where)}
	}
	// The whole series is replayed: where a disturbed run is slow depends on what
	// those before it have come by.
	card.Diagnosis = gravest.diagnosis(card.Verdict, spec, replayWith(kata, runs[0].Seed))
	return card
}

// replay is the command that grades a kata again, replayWith the one that also
// repeats a run's order and inputs.
func replay(kata string) string { return "make grade KATA=" + kata }

func replayWith(kata string, seed uint64) string {
	return fmt.Sprintf("%s SEED=%d", replay(kata), seed)
}
