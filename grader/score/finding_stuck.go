package score

import (
	"fmt"
	"slices"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func findDeadlock(o report.Outcome) finding {
	f := standstill(o)
	switch calls, others := o.Stuck.Calls, o.Stuck.Others; {
	case len(calls) > 0:
		f.summary = fmt.Sprintf("%s never came back: it %s%s%s.",
			callee(calls[0]), waitOf(calls[0].State).does, at(places(calls[0].Where)),
			andMore(len(calls)-1, "call"))
	case len(others) > 0:
		f.summary = fmt.Sprintf("Nothing moves any more: %s %s%s%s.",
			offspring(others[0].Born), waitOf(others[0].State).does, at(places(others[0].Where)),
			andMore(len(others)-1, "goroutine"))
	default:
		f.summary = "Nothing moves any more: the spec waits, and nothing of the answer is left to wake it."
	}
	return f
}

// findOneByOne is about callers that were to meet inside the answer and never
// did: the answer lets fewer in at once than it promises.
func findOneByOne(o report.Outcome) finding {
	f := standstill(o)
	f.summary = fmt.Sprintf("Only %d of %d came in at the same time, and the others never followed: the answer runs fewer at once than it promises.",
		o.Stuck.Gate.Inside, o.Stuck.Gate.Want)
	return f
}

// findInVain is about a wait of the spec itself. Its failure says what for.
func findInVain(o report.Outcome) finding {
	f := findWrong(o)
	f.summary = "The answer came back, but what the spec then waited for never came true."
	if said, short := gist(o.Failure.Message); short {
		f.summary = "The answer came back, and then nothing moved any more: " + said
	}
	rest := standstill(o)
	f.where = innermost(f.where, rest.where)
	f.evidence = append(f.evidence, goroutines(o.Stuck)...)
	return f
}

func findBudget(o report.Outcome) finding {
	f := standstill(o)
	after := span(o.Stuck.After)
	f.summary = "The processor time of the spec ran out after " + after + "."
	if calls := o.Stuck.Calls; len(calls) > 0 {
		f.summary = fmt.Sprintf("%s had not come back when the processor time of the spec ran out, after %s%s.",
			callee(calls[0]), after, at(places(calls[0].Where)))
	}
	return f
}

func findSlow(o report.Outcome) finding {
	f := standstill(o)
	f.summary = "The spec was not done after " + span(o.Stuck.After) + ", and was ended."
	if calls := o.Stuck.Calls; len(calls) > 0 {
		f.summary = fmt.Sprintf("%s had not come back after %s: it %s%s.",
			callee(calls[0]), span(o.Stuck.After), waitOf(calls[0].State).does, at(places(calls[0].Where)))
	}
	return f
}

// standstill shows every goroutine that the answer is responsible for.
func standstill(o report.Outcome) finding {
	var f finding
	var stacks [][]Place
	for _, g := range slices.Concat(o.Stuck.Calls, o.Stuck.Others) {
		stacks = append(stacks, places(g.Where))
	}
	f.where = innermost(stacks...)
	f.evidence = goroutines(o.Stuck)
	if o.Failure != nil {
		f.evidence = append(f.evidence, testimony(*o.Failure)...)
	}
	return f
}

func goroutines(stuck *report.Stuck) []string {
	var lines []string
	for _, g := range stuck.Calls {
		lines = append(lines, callee(g)+" "+activity(g))
	}
	for _, g := range stuck.Others {
		lines = append(lines, offspring(g.Born)+" "+activity(g))
	}
	return lines
}

// activity is what a goroutine does, also in the runtime's own words, for those
// who read its dumps, and through which calls it came there.
func activity(g report.Goroutine) string {
	does := fmt.Sprintf("%s [%s]", waitOf(g.State).does, oneLine(g.State))
	if where := places(g.Where); len(where) > 0 {
		does += " at " + trail(where)
	}
	return does
}

func span(d time.Duration) string {
	if d >= time.Second {
		d = d.Round(100 * time.Millisecond)
	}
	return d.String()
}
