// Package session takes a source through a whole grading: what need not be
// built is told apart first, the rest is run, and everything is judged.
package session

import (
	"context"
	"runtime"

	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/source"
	"github.com/concurrency-dojo/dojo/harness/stub"
)

// Kata is what a grading must know of a kata: how to judge it and how to run it.
type Kata struct {
	score.Kata
	Linux  bool
	Policy source.Policy
	Limits report.Limits
}

// Grade runs the source's answers to the katas and judges them. If ctx ends, it
// returns the cards of the katas that were run at least once, and the cause.
func Grade(ctx context.Context, src source.Source, katas []Kata, o run.Options) ([]score.KataCard, error) {
	reports, failed := Observe(ctx, src, katas, o)
	var cards []score.KataCard
	for i, seen := range reports {
		if failed == nil || known(seen) {
			cards = append(cards, score.Judge(katas[i].Kata, seen))
		}
	}
	return cards, failed
}

// GradeRuns is Grade with each run judged by itself: first by run, then by kata.
func GradeRuns(ctx context.Context, src source.Source, katas []Kata, o run.Options) ([][]score.KataCard, error) {
	reports, err := Observe(ctx, src, katas, o)
	if err != nil {
		return nil, err
	}
	runs := make([][]score.KataCard, max(1, o.Repeat))
	for n := range runs {
		for i, seen := range reports {
			if n < len(seen.Runs) {
				seen.Runs = seen.Runs[n : n+1]
			}
			runs[n] = append(runs[n], score.Judge(katas[i].Kata, seen))
		}
	}
	return runs, nil
}

// Observe runs the answers and returns a report for each kata, in order. If ctx
// ends, the reports of katas that were not finished lack runs.
func Observe(ctx context.Context, src source.Source, katas []Kata, o run.Options) ([]report.Report, error) {
	reports := make([]report.Report, len(katas))
	var jobs []run.Job
	var at []int
	for i, kata := range katas {
		var build bool
		if reports[i], build = examine(src, kata); build {
			jobs = append(jobs, job(kata))
			at = append(at, i)
		}
	}
	if len(jobs) == 0 {
		return reports, nil
	}
	ran, err := run.Grade(ctx, src, jobs, o)
	if ran == nil {
		return nil, err
	}
	for n, i := range at {
		reports[i] = ran[n]
	}
	return reports, err
}

// examine looks at an answer without building it, and reports whether it is to
// be built.
func examine(src source.Source, kata Kata) (seen report.Report, build bool) {
	seen.Kata = kata.ID
	answer, there := src.Answers[kata.ID]
	switch {
	case kata.Linux && runtime.GOOS != "linux":
		seen.Skipped = "this kata needs Linux"
	case !there || stub.Untouched(answer.Files) && src.Kind != source.KindStub:
		seen.Untouched = true
	default:
		seen.Refused = kata.Policy.Check(answer)
		return seen, len(seen.Refused) == 0
	}
	return seen, false
}

func job(kata Kata) run.Job {
	j := run.Job{Kata: kata.ID, Limits: kata.Limits.OrDefault()}
	for _, spec := range kata.Specs {
		j.Specs = append(j.Specs, spec.ID)
	}
	return j
}

// known reports whether an interrupted grading knows anything of a kata: at least
// one whole run of it.
func known(seen report.Report) bool {
	return len(seen.Refused) > 0 || len(seen.Broken) > 0 || seen.Untouched || seen.Skipped != "" || len(seen.Runs) > 0
}
