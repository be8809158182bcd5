package run

import "github.com/concurrency-dojo/dojo/harness/report"

// explain adds the lines that may be the cause where the kernel tells none, and
// the names that the source has for what was seen.
func (e *execution) explain(rounds ...report.Outcome) []report.Outcome {
	for _, outcome := range rounds {
		if outcome.Stuck != nil || len(outcome.Races) > 0 {
			read(e.answer).outcome(outcome)
		}
		if failure := outcome.Failure; failure != nil && len(failure.Where) == 0 {
			failure.About = accused(e.options.Root, e.answer, failure.Spec)
		}
		if exit := outcome.Exit; exit != nil && len(exit.Where) == 0 {
			switch {
			case exit.Killed != "":
				exit.Where = e.answer.Suspects(exit.Killed)
			case exit.Message == "" && exit.Signal == "" && exit.Killed == "":
				exit.Where = e.answer.Suspects("exit")
			}
		}
		for i, leak := range outcome.Leaks {
			if len(leak.Where) == 0 && leak.Born == (report.Location{}) {
				outcome.Leaks[i].Where = e.answer.Suspects(string(leak.Kind))
			}
		}
	}
	return rounds
}

// outcome adds names to what was seen of a spec.
func (r *reading) outcome(o report.Outcome) {
	if o.Stuck != nil {
		r.stuck(o.Stuck)
	}
	for i := range o.Races {
		r.race(&o.Races[i])
	}
}
