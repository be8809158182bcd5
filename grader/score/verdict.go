package score

import "slices"

// SpecVerdict is what is said of one spec.
type SpecVerdict string

const (
	// SpecPass: it held in every run, and nothing was left behind.
	SpecPass SpecVerdict = "pass"
	// SpecWrong: an expectation did not hold.
	SpecWrong SpecVerdict = "wrong"
	// SpecRace: the race detector saw two accesses that nothing orders.
	SpecRace SpecVerdict = "race"
	// SpecLeak: something that it started or opened is still there.
	SpecLeak SpecVerdict = "leak"
	// SpecDeadlock: everything waits, and nothing will wake it.
	SpecDeadlock SpecVerdict = "deadlock"
	// SpecTimeout: the time of the processor or of the clock ran out.
	SpecTimeout SpecVerdict = "timeout"
	// SpecBusy: it waited by spinning.
	SpecBusy SpecVerdict = "busy"
	// SpecPanic: the answer panicked.
	SpecPanic SpecVerdict = "panic"
	// SpecCrash: a signal or a fatal error ended the process.
	SpecCrash SpecVerdict = "crash"
	// SpecExited: the answer ended the process.
	SpecExited SpecVerdict = "exited"
	// SpecMemory: the memory limit was reached.
	SpecMemory SpecVerdict = "memory"
	// SpecProcesses: the limit on processes and threads was reached.
	SpecProcesses SpecVerdict = "processes"
	// SpecOutput: it printed without end.
	SpecOutput SpecVerdict = "output"
	// SpecNotRun: it never came to its end, so it proves nothing.
	SpecNotRun SpecVerdict = "not-run"
	// SpecVoid: the grader failed. The points are not counted.
	SpecVoid SpecVerdict = "void"
	// SpecSkipped: the machine lacks what it needs. The points are not counted.
	SpecSkipped SpecVerdict = "skipped"
)

// specVerdicts are all that there are.
var specVerdicts = []SpecVerdict{
	SpecPass, SpecWrong, SpecRace, SpecLeak, SpecDeadlock, SpecTimeout, SpecBusy, SpecPanic, SpecCrash,
	SpecExited, SpecMemory, SpecProcesses, SpecOutput, SpecNotRun, SpecVoid, SpecSkipped,
}

// Known reports whether there is such a verdict.
func (verdict SpecVerdict) Known() bool { return slices.Contains(specVerdicts, verdict) }

// KataVerdict is what is said of a whole kata.
type KataVerdict string

const (
	// KataPass: every spec that could be judged passed.
	KataPass KataVerdict = "pass"
	// KataPartial: some points were scored, but not all.
	KataPartial KataVerdict = "partial"
	// KataFail: no point was scored.
	KataFail KataVerdict = "fail"
	// KataNotAttempted: the answer is still the stub.
	KataNotAttempted KataVerdict = "not-attempted"
	// KataRefused: the policy on sources and imports does not let it in.
	KataRefused KataVerdict = "refused"
	// KataBroken: it does not compile.
	KataBroken KataVerdict = "broken"
	// KataSkipped: the machine lacks what it needs. The points are not counted.
	KataSkipped KataVerdict = "skipped"
	// KataVoid: the grader failed, at least in part.
	KataVoid KataVerdict = "void"
)

// Charged says whether the points of a spec with this verdict count towards the
// maximum.
func (verdict SpecVerdict) Charged() bool {
	weight := verdict.gravity()
	return weight == passed || weight == failed
}

// gravity orders verdicts: what several runs of one spec show together is the
// gravest of them. A run that the grader could not judge outweighs a pass,
// because silence is no pass, but not a failure, which stands whatever happened
// to another run.
type gravity int

const (
	passed gravity = iota
	skipped
	void
	failed
)

func (verdict SpecVerdict) gravity() gravity {
	switch verdict {
	case SpecPass:
		return passed
	case SpecSkipped:
		return skipped
	case SpecVoid:
		return void
	default:
		return failed
	}
}
