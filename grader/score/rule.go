package score

import (
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// ruling is a row of the table that turns an outcome into a verdict.
type ruling struct {
	verdict SpecVerdict
	applies func(report.Outcome) bool
	find    func(report.Outcome) finding
}

// rulings are in order, and the first that applies decides. What ended the
// process comes before what was seen inside it, since a process that is gone can
// say nothing more; a race comes before a failed expectation, and before one that
// never came true, since it is often the reason for it; a leak comes last, since a spec that failed half way had no
// chance to clean up.
var rulings = []ruling{
	{SpecVoid, faulty, findFault},

	{SpecOutput, killed("output"), findFlood},
	{SpecTimeout, killed("wall"), findOverdue},
	{SpecCrash, killed("silent"), findSilence},
	{SpecCrash, killed("forged"), findForgery},
	{SpecMemory, killed("memory"), findHog},
	{SpecProcesses, killed("processes"), findSwarm},
	{SpecTimeout, killed("cpu"), findOverrun},
	{SpecDeadlock, killed("stopped"), findStopped},
	{SpecPanic, lastWord("panic:"), findExitPanic},
	{SpecDeadlock, lastWord("fatal error: all goroutines are asleep"), findAsleep},
	{SpecMemory, lastWord("fatal error: runtime: out of memory"), findHog},
	{SpecProcesses, lastWord("fatal error: thread exhaustion"), findSwarm},
	{SpecProcesses, lastWord("fatal error: newosproc"), findSwarm},
	{SpecProcesses, lastWord("runtime/cgo: pthread_create failed"), findSwarm},
	{SpecCrash, lastWord("fatal error:"), findFatal},
	{SpecCrash, lastWord("runtime: goroutine stack exceeds"), findFatal},
	{SpecCrash, signalled, findSignal},
	{SpecExited, ended, findExit},

	{SpecWrong, oneByOne, findOneByOne},
	{SpecDeadlock, atRest, findDeadlock},
	{SpecTimeout, stuck(report.CPUBudget), findBudget},
	{SpecTimeout, stuck(report.WallLimit), findSlow},

	{SpecPanic, failure(report.Panic), findPanic},
	{SpecRace, racedInAnswer, findRace},
	{SpecBusy, failure(report.Busy), findBusy},
	{SpecSkipped, failure(report.Skip), findSkip},
	{SpecWrong, inVain, findInVain},
	{SpecWrong, failedSomehow, findWrong},
	{SpecRace, raced, findRace},
	{SpecLeak, leaked, findLeak},
	{SpecNotRun, unfinished, findNothing},
}

// rule judges one outcome.
func rule(outcome report.Outcome) (SpecVerdict, finding) {
	for _, row := range rulings {
		if row.applies(outcome) {
			return row.verdict, row.find(outcome)
		}
	}
	return SpecPass, finding{}
}

func faulty(o report.Outcome) bool    { return o.Fault != "" }
func ended(o report.Outcome) bool     { return o.Exit != nil }
func signalled(o report.Outcome) bool { return o.Exit != nil && o.Exit.Signal != "" }
func raced(o report.Outcome) bool     { return len(o.Races) > 0 }

// racedInAnswer: an access of the answer's own raced. Between two that are not, a
// failure tells more: they may well race because of it.
func racedInAnswer(o report.Outcome) bool {
	return slices.ContainsFunc(o.Races, func(race report.Race) bool { return len(race.First.Where)+len(race.Second.Where) > 0 })
}

func leaked(o report.Outcome) bool     { return len(o.Leaks) > 0 }
func unfinished(o report.Outcome) bool { return !o.Finished }

// failedSomehow takes a kind of failure that is not in the table for a wrong
// answer rather than for a pass.
func failedSomehow(o report.Outcome) bool { return o.Failure != nil }

// oneByOne: callers wait at a rendezvous that too few of them reach.
func oneByOne(o report.Outcome) bool { return stuck(report.AtRest)(o) && o.Stuck.Gate != nil }

// atRest: calls into the answer do not come back, or nothing failed and yet
// nothing moves.
func atRest(o report.Outcome) bool {
	return stuck(report.AtRest)(o) && (len(o.Stuck.Calls) > 0 || o.Failure == nil)
}

// inVain: the answer came back, but what the spec then waited for never came
// true.
func inVain(o report.Outcome) bool { return stuck(report.AtRest)(o) }

func stuck(kind report.StuckKind) func(report.Outcome) bool {
	return func(o report.Outcome) bool { return o.Stuck != nil && o.Stuck.Kind == kind }
}

func failure(kind report.FailureKind) func(report.Outcome) bool {
	return func(o report.Outcome) bool { return o.Failure != nil && o.Failure.Kind == kind }
}

func killed(why string) func(report.Outcome) bool {
	return func(o report.Outcome) bool { return o.Exit != nil && o.Exit.Killed == why }
}

func lastWord(prefix string) func(report.Outcome) bool {
	return func(o report.Outcome) bool {
		return o.Exit != nil && strings.HasPrefix(o.Exit.Message, prefix)
	}
}
