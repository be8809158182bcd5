// Package score judges. It turns the facts of harness/report into verdicts,
// points and a diagnosis that a learner can act on.
//
// Three principles decide what the tables of this package hold:
//
//   - Silence is never a pass. A spec passes only if it said so in every run
//     and nothing speaks against it.
//   - Our fault is never the learner's. What the grader could not judge is
//     void, and its points leave the maximum instead of the score.
//   - A failure says what happened, what was promised, where, why it matters
//     and how to see it again.
//
// The package is pure: it reads no clock and no file, so the same facts always
// make the same scorecard.
package score

import "github.com/concurrency-dojo/dojo/harness/report"

// Kata is what score must know of a kata.
type Kata struct {
	ID    string
	Title string
	Level int
	Specs []Spec
	// Again is the command that grades the same answer again, "bin/dojo grade
	// net/echo --from alice.zip"; empty for the learner's own.
	Again string
}

// Spec is one promise of a kata and what it is worth.
type Spec struct {
	ID string
	// Name is the spec's own sentence, Text the whole prose with the sentences
	// of its containers before it.
	Name, Text string
	Points     int
	Where      report.Location
}

// Judge says what a kata's answer is worth, by what the harness saw of it.
func Judge(kata Kata, seen report.Report) KataCard {
	card := KataCard{
		ID:           kata.ID,
		Title:        kata.Title,
		Level:        kata.Level,
		Milliseconds: seen.Wall.Milliseconds(),
	}
	if bar, barred := firstBar(kata, seen); barred {
		bar.write(&card, kata, seen)
	} else {
		card.Specs = judgeSpecs(kata, seen.Runs)
		card.Verdict, card.Message = conclude(card.Specs)
	}
	card.Score, card.Max = tally(card.Specs)
	return card
}

// Sum makes the scorecard of a whole grading. The katas keep their order.
func Sum(source Source, environment Environment, katas []KataCard) Scorecard {
	card := Scorecard{
		Schema:      Schema,
		Source:      source,
		Environment: environment,
		Katas:       append([]KataCard{}, katas...),
	}
	card.Environment.Provisional = !environment.Race
	card.Environment.Sandbox.Missing = append([]string{}, environment.Sandbox.Missing...)
	for _, kata := range katas {
		card.Score += kata.Score
		card.Max += kata.Max
	}
	return card
}
