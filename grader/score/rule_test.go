package score

import (
	"strings"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

const answer = "katas/sync/boundedqueue/boundedqueue.go"

var (
	put   = report.Location{File: answer, Line: 31, Function: "(*Queue).Put"}
	wake  = report.Location{File: answer, Line: 40, Function: "(*Queue).Put.func1"}
	check = report.Location{File: "katas/sync/boundedqueue/boundedqueue_test.go", Line: 12}
	ours  = report.Location{File: "harness/spec/go.go", Line: 3, Function: "Go"}
)

func failing(kind report.FailureKind, message string, where ...report.Location) *report.Failure {
	return &report.Failure{Kind: kind, Message: message, Spec: check, Where: where}
}

func blocked(state string, where ...report.Location) report.Goroutine {
	return report.Goroutine{ID: 7, State: state, Where: where, Born: wake}
}

var (
	aRace = report.Race{
		First:  report.Access{Operation: "write", Where: []report.Location{put, ours}, Born: check},
		Second: report.Access{Operation: "atomic read", Where: []report.Location{wake}},
	}
	aLeak = report.Leak{Kind: report.LeakGoroutine, What: "goroutine 7 [chan receive]", Born: wake}
)

var ruleCases = []struct {
	why     string
	outcome report.Outcome
	verdict SpecVerdict
	says    string // a part of the summary
}{
	{"nothing speaks against it",
		report.Outcome{Finished: true}, SpecPass, ""},
	{"silence is never a pass",
		report.Outcome{}, SpecNotRun, "did not run to its end"},
	{"what the harness didn't begin says why",
		report.Outcome{NotRun: "All katas together had used 20m0s."}, SpecNotRun, "20m0s"},
	{"our fault outweighs whatever else was seen, and the race may be its fruit",
		report.Outcome{Finished: true, Fault: "pipe closed", Races: []report.Race{aRace}}, SpecVoid, "The grader failed here, not your code: pipe closed."},

	{"a flood is ended by us, so the signal is ours too",
		report.Outcome{Exit: &report.Exit{Killed: "output", Signal: "SIGKILL", Code: -1}}, SpecOutput, "printed more"},
	{"the wall limit is a timeout although we sent the signal",
		report.Outcome{Exit: &report.Exit{Killed: "wall", Signal: "SIGKILL", Code: -1}}, SpecTimeout, "last time limit"},
	{"a process that stops reporting is as good as gone",
		report.Outcome{Exit: &report.Exit{Killed: "silent"}}, SpecCrash, "reported nothing"},
	{"a line in the grader's channel that it didn't sign ends the process",
		report.Outcome{Exit: &report.Exit{Killed: "forged", Signal: "SIGKILL"}}, SpecCrash, "wrote into the channel"},
	{"a run that computes for ever in children is out of time",
		report.Outcome{Exit: &report.Exit{Code: -1, Killed: "cpu"}}, SpecTimeout, "processor time"},
	{"who stops itself waits for ever",
		report.Outcome{Exit: &report.Exit{Code: -1, Killed: "stopped"}}, SpecDeadlock, "stopped itself"},
	{"the C library can't start a thread either",
		report.Outcome{Exit: &report.Exit{Code: -1, Signal: "SIGABRT", Message: "runtime/cgo: pthread_create failed: Resource temporarily unavailable"}}, SpecProcesses, "more processes or threads"},
	{"the sandbox's memory limit has its own word",
		report.Outcome{Exit: &report.Exit{Killed: "memory", Signal: "SIGKILL"}}, SpecMemory, "more memory"},
	{"a fork bomb has its own word",
		report.Outcome{Exit: &report.Exit{Killed: "processes"}}, SpecProcesses, "more processes"},
	{"a panic in another goroutine ends the process with status 2",
		report.Outcome{Exit: &report.Exit{Code: 2, Message: "panic: send on closed channel", Where: []report.Location{put}}}, SpecPanic,
		"Put sent on a channel that was already closed (boundedqueue.go:31)."},
	{"the runtime's own deadlock detector is fatal and yet no crash",
		report.Outcome{Exit: &report.Exit{Code: 2, Message: "fatal error: all goroutines are asleep - deadlock!"}}, SpecDeadlock, "none is left to wake"},
	{"the runtime knows when it is out of memory",
		report.Outcome{Exit: &report.Exit{Code: 2, Message: "fatal error: runtime: out of memory"}}, SpecMemory, "more memory"},
	{"a fatal error is no panic: it cannot be recovered",
		report.Outcome{Exit: &report.Exit{Code: 2, Message: "fatal error: concurrent map writes", Where: []report.Location{put}}}, SpecCrash,
		"Put wrote to a map while another goroutine used it (boundedqueue.go:31)."},
	{"threads without end are processes to the system",
		report.Outcome{Exit: &report.Exit{Code: 2, Message: "fatal error: thread exhaustion"}}, SpecProcesses, "more processes or threads"},
	{"which may stop them before the runtime does",
		report.Outcome{Exit: &report.Exit{Code: 2, Message: "fatal error: newosproc"}}, SpecProcesses, "more processes or threads"},
	{"a full stack is announced before the fatal error, and is no exit",
		report.Outcome{Exit: &report.Exit{Code: 2, Message: "runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow", Where: []report.Location{put}}}, SpecCrash,
		"Put called itself without end until its stack was full (boundedqueue.go:31)."},
	{"a fatal error that no table knows is quoted",
		report.Outcome{Exit: &report.Exit{Code: 2, Message: "fatal error: bad things"}}, SpecCrash, "stopped the program: bad things."},
	{"a signal crashes",
		report.Outcome{Exit: &report.Exit{Code: -1, Signal: "SIGSEGV"}}, SpecCrash, "ended by SIGSEGV during the spec: it touched memory that is not its own."},
	{"exit status 0 in the middle of a spec is no success",
		report.Outcome{Finished: true, Exit: &report.Exit{Where: []report.Location{put}}}, SpecExited, "exit status 0"},
	{"an exit outweighs what was noticed before it",
		report.Outcome{Exit: &report.Exit{Code: 3}, Failure: failing(report.Assertion, "no"), Races: []report.Race{aRace}}, SpecExited, "exit status 3"},

	{"a call that does not come back is a deadlock, also if the spec failed meanwhile",
		report.Outcome{Failure: failing(report.Assertion, "Timed out"), Stuck: &report.Stuck{Kind: report.AtRest, Calls: []report.Goroutine{blocked("chan send", put)}}},
		SpecDeadlock, "Put (boundedqueue.go:31) never came back: it waits to send on a channel, and nobody comes to receive."},
	{"callers that never meet are no deadlock: the answer lets them in one by one",
		report.Outcome{Stuck: &report.Stuck{Kind: report.AtRest, Gate: &report.Gate{Inside: 1, Want: 4}, Calls: []report.Goroutine{blocked("select", put)}}},
		SpecWrong, "Only 1 of 4 came in at the same time"},
	{"nobody failed and nothing moves: a deadlock, told by the answer's goroutine",
		report.Outcome{Stuck: &report.Stuck{Kind: report.AtRest, Others: []report.Goroutine{blocked("select", wake)}}},
		SpecDeadlock, "A function inside Put (boundedqueue.go:40) waits for one of the cases of a select, and none of them becomes ready; nothing moves any more."},
	{"nothing of the answer is left at all",
		report.Outcome{Stuck: &report.Stuck{Kind: report.AtRest}}, SpecDeadlock, "Nothing moves any more"},
	{"the answer returned but what was expected never came true",
		report.Outcome{Failure: failing(report.Assertion, "Expected\n    <int>: 3\nto equal\n    <int>: 4"), Stuck: &report.Stuck{Kind: report.AtRest}},
		SpecWrong, "Expected 3 to equal 4. The answer came back, but what the spec then waited for never came true."},
	{"computing for ever is no deadlock",
		report.Outcome{Stuck: &report.Stuck{Kind: report.CPUBudget, After: 20 * time.Second, Calls: []report.Goroutine{blocked("running", put)}}},
		SpecTimeout, "Put (boundedqueue.go:31) had not come back when the processor time of the spec ran out, after 20s: it was running."},
	{"the wall limit is the last resort",
		report.Outcome{Stuck: &report.Stuck{Kind: report.WallLimit, After: 2 * time.Minute}}, SpecTimeout, "not done after 2m0s"},
	{"being stuck outweighs a race, which may have caused it",
		report.Outcome{Stuck: &report.Stuck{Kind: report.AtRest}, Races: []report.Race{aRace}}, SpecDeadlock, ""},

	{"a panic outweighs a race",
		report.Outcome{Finished: true, Failure: failing(report.Panic, "TODO: implement Put", put), Races: []report.Race{aRace}},
		SpecPanic, "Put is not written yet: it still says “TODO: implement Put” (boundedqueue.go:31)."},
	{"a race outweighs the expectation that failed because of it",
		report.Outcome{Finished: true, Failure: failing(report.Assertion, "no"), Races: []report.Race{aRace}},
		SpecRace, "a write at boundedqueue.go:31 and an atomic read at boundedqueue.go:40."},
	{"a failure outweighs a race between two accesses of the spec's own",
		report.Outcome{Finished: true, Failure: failing(report.Assertion, "no"), Races: []report.Race{{First: report.Access{Operation: "read"}, Second: report.Access{Operation: "write"}}}},
		SpecWrong, "no."},
	{"without one, that is a race too",
		report.Outcome{Finished: true, Races: []report.Race{{First: report.Access{Operation: "read"}, Second: report.Access{Operation: "write"}}}},
		SpecRace, "outside the answer"},
	{"a race fails a spec whose expectations all held",
		report.Outcome{Finished: true, Races: []report.Race{aRace, aRace}}, SpecRace, ", and 1 more race."},
	{"spinning outweighs what was left behind",
		report.Outcome{Finished: true, Failure: failing(report.Busy, "200 ms of CPU"), Leaks: []report.Leak{aLeak}}, SpecBusy, "nothing to do but wait"},
	{"what the machine lacks is not charged",
		report.Outcome{Finished: true, Failure: failing(report.Skip, "no IPv6")}, SpecSkipped, "cannot run the spec: no IPv6."},
	{"a failed spec had no chance to clean up",
		report.Outcome{Finished: true, Failure: failing(report.Assertion, "the queue lost an item\nExpected\n    <int>: 3"), Leaks: []report.Leak{aLeak}},
		SpecWrong, "The queue lost an item."},
	{"a kind of failure that we do not know is still a failure",
		report.Outcome{Finished: true, Failure: failing("new", "odd")}, SpecWrong, "odd."},
	{"a leak fails a spec whose expectations all held",
		report.Outcome{Finished: true, Leaks: []report.Leak{aLeak}}, SpecLeak,
		"A goroutine started at boundedqueue.go:40 is still waiting to receive from a channel."},
	{"a leak is told even if the end never came",
		report.Outcome{Leaks: []report.Leak{{Kind: report.LeakZombie, What: "pid 42 (sleep)"}}}, SpecLeak,
		"A child process ended and nobody waited for it: pid 42 (sleep)."},
}

func TestTheFirstRulingThatAppliesDecides(t *testing.T) {
	for _, test := range ruleCases {
		t.Run(test.why, func(t *testing.T) {
			verdict, why := rule(test.outcome)
			if verdict != test.verdict {
				t.Errorf("verdict is %q, want %q", verdict, test.verdict)
			}
			if !strings.Contains(why.summary, test.says) {
				t.Errorf("summary is\n  %s\nwant in it\n  %s", why.summary, test.says)
			}
		})
	}
}

func TestEveryRulingHasACase(t *testing.T) {
	for i, row := range rulings {
		met := false
		for _, test := range ruleCases {
			met = met || row.applies(test.outcome) && firstApplying(test.outcome) == i
		}
		if !met {
			t.Errorf("no case is decided by row %d of the rulings, which says %q", i, row.verdict)
		}
	}
}

func firstApplying(outcome report.Outcome) int {
	for i, row := range rulings {
		if row.applies(outcome) {
			return i
		}
	}
	return -1
}

func TestEveryFailureHasASummaryAndAHint(t *testing.T) {
	for _, test := range ruleCases {
		if test.verdict == SpecPass {
			continue
		}
		verdict, why := rule(test.outcome)
		diagnosis := why.diagnosis(verdict, Spec{}, "")
		if diagnosis.Summary == "" || diagnosis.Hint == "" {
			t.Errorf("%s: the diagnosis lacks a summary or a hint: %+v", test.why, diagnosis)
		}
		for _, place := range diagnosis.Where {
			if place.File != answer {
				t.Errorf("%s: %s is not the learner's", test.why, place.File)
			}
		}
	}
}
