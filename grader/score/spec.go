package score

import (
	"cmp"
	"fmt"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func judgeSpecs(kata Kata, runs []report.Run) []SpecCard {
	cards := []SpecCard{}
	for _, spec := range kata.Specs {
		cards = append(cards, judgeSpec(kata, spec, runs))
	}
	return cards
}

// judgeSpec lets the first of the gravest runs speak for all: one failure in a
// thousand runs is a failure.
func judgeSpec(kata Kata, spec Spec, runs []report.Run) SpecCard {
	card := SpecCard{
		ID:      spec.ID,
		Name:    spec.Name,
		Points:  spec.Points,
		Verdict: SpecPass,
	}
	var gravest finding
	var seed uint64
	var timeline *Timeline
	failures, first := 0, 0
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
			card.Verdict, gravest, seed, first = verdict, why, run.Seed, n
		}
		if recorded := timelineOf(outcome); recorded != nil {
			timeline = recorded
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
	card.Diagnosis = gravest.diagnosis(card.Verdict, spec, kata.replayWith(runs[0].Seed, first+1))
	card.Diagnosis.Timeline = timeline
	return card
}

// replay is the command that grades a kata again.
func (k Kata) replay() string { return cmp.Or(k.Again, "make grade KATA="+k.ID) }

// replayWith also repeats the order and inputs of a series of runs, up to the one
// that failed: where a disturbed run is slow depends on what those before it have
// come by.
func (k Kata) replayWith(seed uint64, runs int) string {
	named, counted := " SEED=%d", " REPEAT=%d"
	if k.Again != "" {
		named, counted = " --seed %d", " --repeat %d"
	}
	command := k.replay() + fmt.Sprintf(named, seed)
	if runs > 1 {
		command += fmt.Sprintf(counted, runs)
	}
	return command
}
