package run

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// fewSpecs are not worth another process.
const fewSpecs = 6

// shared runs a kata with up to so many processes, each of which takes a slot and
// a part of the specs: they mostly wait, and those of one process wait one after
// the other. It returns the runs and how long they took, and no runs if ctx ended
// before each spec was run once.
func shared(ctx context.Context, whole execution, processes int, slots chan struct{}) (all []report.Run, wall time.Duration) {
	var workers sync.WaitGroup
	var mu sync.Mutex
	var started time.Time
	complete := true
	count := len(whole.job.Specs)
	for specs := range slices.Chunk(whole.job.Specs, max(fewSpecs, (count+processes-1)/processes)) {
		workers.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			mu.Lock()
			if started.IsZero() {
				started = time.Now()
			}
			mu.Unlock()
			part := whole
			part.job.Specs = specs
			runs := part.repeat(ctx)
			if part.options.Record {
				part.record(ctx, runs)
			}
			mu.Lock()
			defer mu.Unlock()
			all = join(all, runs)
			complete = complete && len(runs) > 0
		})
	}
	workers.Wait()
	if !complete {
		return nil, 0
	}
	return all, time.Since(started)
}

// join adds the outcomes of other specs, run by run.
func join(all, more []report.Run) []report.Run {
	for n, run := range more {
		if n == len(all) {
			all = append(all, report.Run{Seed: run.Seed, Outcomes: map[string]report.Outcome{}})
		}
		for id, outcome := range run.Outcomes {
			all[n].Outcomes[id] = outcome
		}
	}
	return all
}

// repeat runs the specs as often as asked, each time with a seed of its own.
func (e execution) repeat(ctx context.Context) []report.Run {
	start := time.Now()
	all := e.run(ctx)
	o := e.options
	if o.Apart {
		for n := 1; n < o.Repeat && ctx.Err() == nil; n++ {
			e.seed += report.SeedStep
			all = append(all, e.run(ctx)...)
		}
		return all
	}
	rest := e
	rest.seed, rest.rounds = e.seed+1, o.Repeat-1
	rest.job.Specs = slices.DeleteFunc(slices.Clone(e.job.Specs), func(id string) bool {
		return len(all) == 0 || !all[0].Outcomes[id].Clean()
	})
	if o.Repeat == 0 {
		rest.rounds, rest.budget = mostRounds, o.Budget-time.Since(start)
		rest.job.Specs = affordable(rest.job.Specs, all, rest.budget)
	}
	if rest.rounds >= 1 && (o.Repeat > 0 || rest.budget > 0) && len(rest.job.Specs) > 0 {
		more := rest.run(ctx)
		if e.meter.spent() != "" {
			// The end of what all may take is no failure of who is at it again.
			return all
		}
		all = append(all, more...)
	}
	return e.countFailures(ctx, all)
}

// affordable returns as many of the specs as can be run again within a time, those
// first that took the least: they show the most in it.
func affordable(specs []string, before []report.Run, budget time.Duration) []string {
	took := func(id string) time.Duration { return before[0].Outcomes[id].Wall }
	quick := slices.SortedStableFunc(slices.Values(specs), func(a, b string) int { return cmp.Compare(took(a), took(b)) })
	var sum time.Duration
	for n, id := range quick {
		if sum += took(id); sum > budget {
			quick = quick[:n]
			break
		}
	}
	return slices.DeleteFunc(specs, func(id string) bool { return !slices.Contains(quick, id) })
}

// countFailures goes on with specs that failed before they were run as often as
// asked, so that "in 2 of 20 runs" can be said. One that always fails need not.
func (e execution) countFailures(ctx context.Context, all []report.Run) []report.Run {
	for _, id := range e.job.Specs {
		for {
			had, failed := record(all, id)
			if e.meter.spent() != "" || had == 0 || had >= e.options.Repeat || failed == had && had >= 3 || failed >= mostFailures {
				break
			}
			rest := e
			rest.job.Specs = []string{id}
			rest.seed, rest.rounds = e.seed+uint64(had), e.options.Repeat-had
			runs := rest.run(ctx)
			if len(runs) == 0 {
				return all
			}
			all = append(all[:had:had], join(slices.Clone(all[had:]), runs)...)
		}
	}
	return all
}

// mostFailures is how many are enough to count.
const mostFailures = 20

// record returns how often a spec was run and how often it failed.
func record(all []report.Run, id string) (had, failed int) {
	for _, run := range all {
		if outcome, there := run.Outcomes[id]; there {
			had++
			if !outcome.Clean() {
				failed++
			}
		}
	}
	return had, failed
}

// mostRounds bounds what fits into a budget: the seeds up to the next run that
// is not disturbed.
const mostRounds = report.SeedStep - 2
