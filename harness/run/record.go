package run

import (
	"bytes"
	"context"
	"slices"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/timeline"
)

const (
	// mostRecorded specs of a kata are recorded, the first that failed: who mends one
	// thing after the other looks at one picture after the other, and a spec that hangs
	// takes seconds.
	mostRecorded = 3
	// mostTakes is how often it is tried to see a spec fail again.
	mostTakes = 3
)

// record runs specs that failed again, with recording on, until they fail again, and
// adds what was recorded to the outcome that failed first.
func (e execution) record(ctx context.Context, runs []report.Run) {
	left := mostRecorded
	for _, id := range e.job.Specs {
		n, failed := firstFailure(runs, id)
		if !failed || left == 0 || !worthRecording(runs[n].Outcomes[id]) {
			continue
		}
		left--
		for range mostTakes {
			if e.meter.spent() != "" || ctx.Err() != nil {
				return
			}
			if seen := e.take(ctx, id, runs, n); seen != nil {
				outcome := runs[n].Outcomes[id]
				outcome.Timeline = seen
				runs[n].Outcomes[id] = outcome
				break
			}
		}
	}
}

func firstFailure(runs []report.Run, id string) (n int, failed bool) {
	for n, run := range runs {
		if outcome, there := run.Outcomes[id]; there && !outcome.Clean() {
			return n, true
		}
	}
	return 0, false
}

// worthRecording reports whether there is something to see: a process that is gone
// takes its recording with it, and what the spec itself saw at once is one line.
func worthRecording(o report.Outcome) bool {
	return o.Exit == nil && o.Fault == "" && o.NotRun == "" && (o.Failure == nil || o.Failure.Kind != report.Skip)
}

// take runs a spec as it was run in the n-th run, and returns what was recorded, nil if
// it didn't fail now.
func (e execution) take(ctx context.Context, id string, runs []report.Run, n int) *report.Timeline {
	e.recorded = map[string][]byte{}
	e.job.Specs = []string{id}
	e.seed, e.rounds, e.budget = runs[0].Seed, 1, 0
	if n > 0 {
		// The disturbed runs are a series: where one is slow depends on those before it.
		e.seed, e.rounds = runs[1].Seed, n
	}
	for _, run := range e.run(ctx) {
		outcome := run.Outcomes[id]
		if outcome.Clean() {
			continue
		}
		seen, err := timeline.Read(bytes.NewReader(e.recorded[id]))
		if err != nil {
			return nil
		}
		if outcome.Stuck != nil {
			seen.Wants = wants(seen.Lanes, outcome.Stuck)
		}
		return seen
	}
	return nil
}

// wants finds the lanes of those that wait for locks, and of those that hold them.
func wants(lanes []report.Lane, stuck *report.Stuck) (all []report.Want) {
	lane := func(id uint64) int {
		return slices.IndexFunc(lanes, func(l report.Lane) bool { return l.ID == id && !l.Process })
	}
	for _, g := range slices.Concat(stuck.Calls, stuck.Others) {
		for _, lock := range g.Wants {
			if from, to := lane(g.ID), lane(lock.Holder); from >= 0 && to >= 0 {
				all = append(all, report.Want{From: from, To: to, Lock: lock})
			}
		}
	}
	return all
}
