package spec

import (
	"os"
	"path"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/attest"
	"github.com/concurrency-dojo/dojo/harness/guard"
	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// theSeed is the current round's; Rand mixes it with the spec's sentence.
var theSeed uint64

// suite runs each spec between a guard's two censuses.
type suite struct {
	guard *guard.Guard
	// wanted reports whether a spec is to be run, now for the round-th time.
	wanted func(sentence string, round int) bool
	// began and ended are told of each round; either may end the process.
	began func(sentence string, round int)
	ended func(sentence string, round int, outcome report.Outcome)
	// over is told when a spec has had its last round.
	over func(dirty bool)
	// strict makes what the guard finds fail the spec in Ginkgo too.
	strict bool

	started time.Time
	// open: the current round has not been told of.
	open    bool
	round   int
	dirty   bool
	outcome report.Outcome
}

// install puts the suite around every spec of the binary. Nodes at the top level
// are outside all others, and a cleanup that is deferred first runs last: after
// the spec's own.
func (s *suite) install() {
	BeforeEach(s.before)
	ReportAfterEach(s.after)
}

func (s *suite) before() {
	seen := CurrentSpecReport()
	// Ginkgo goes on to the next round only if the one before passed.
	s.tell(nil)
	s.round = seen.NumAttempts - 1
	if s.round > 0 && !s.outcome.Clean() || !s.wanted(seen.LeafNodeText, s.round) {
		Skip("not asked for")
	}
	s.open, s.dirty, s.outcome, s.started = true, false, report.Outcome{}, time.Now()
	s.began(seen.LeafNodeText, s.round)
	if s.guard != nil {
		s.guard.Begin()
	}
	theWatchdog.recorder.begin()
	theWatchdog.begin()
	collect := uncollected(theSeed)
	undo := disturb(theSeed, s.round)
	DeferCleanup(func() {
		undo()
		s.look()
		collect()
	})
}

// look takes the guard's second census, once the spec has cleaned up.
func (s *suite) look() {
	stuck, burn := theWatchdog.end()
	theWatchdog.recorder.end()
	s.outcome.Stuck = stuck
	// Before the guard, which ends those that were left behind.
	s.outcome.Memory = pulse.Family()
	if s.guard != nil {
		s.outcome.Races, s.outcome.Leaks, s.dirty = s.guard.End()
	}
	if burn != nil {
		s.outcome.Failure = &report.Failure{Kind: report.Busy, Where: burn.Where()}
	}
	if s.strict && !CurrentSpecReport().Failed() {
		if complaint := complain(s.outcome); complaint != "" {
			Fail(complaint)
		}
	}
}

// after is called once for a spec, after its last round.
func (s *suite) after(seen SpecReport) {
	ran := s.open || s.round > 0
	s.tell(failure(seen, s.outcome.Failure))
	s.round = 0
	if ran {
		s.over(s.dirty)
	}
}

// tell passes on what became of the round that is open, if one is. That waits
// for the round's very end, since a goroutine that it left behind may still fail.
func (s *suite) tell(failed *report.Failure) {
	if !s.open {
		return
	}
	s.open = false
	s.outcome.Finished = true
	s.outcome.Wall = time.Since(s.started)
	s.outcome.Memory += pulse.Peak()
	s.outcome.Failure = failed
	s.ended(CurrentSpecReport().LeafNodeText, s.round, s.outcome)
}

// failure translates what Ginkgo knows; marked carries the kind that Idle left.
func failure(seen SpecReport, marked *report.Failure) *report.Failure {
	kind := report.Assertion
	switch {
	case seen.State.Is(types.SpecStatePassed):
		return nil
	case seen.State.Is(types.SpecStateSkipped | types.SpecStatePending):
		kind = report.Skip
	case seen.State.Is(types.SpecStatePanicked):
		kind = report.Panic
	case marked != nil:
		kind = marked.Kind
	}
	told := &report.Failure{Kind: kind, Message: seen.Failure.Message}
	if kind == report.Panic {
		told.Message = seen.Failure.ForwardedPanic
	}
	at := stack.Frame{File: seen.Failure.Location.FileName, Line: seen.Failure.Location.LineNumber}
	trace := stack.Trace(seen.Failure.Location.FullStackTrace)
	if told.Where = stack.Answers(trace); len(told.Where) == 0 && marked != nil {
		told.Where = marked.Where
	}
	// A panic's location is in the runtime; the specs' is further up.
	for _, frame := range append([]stack.Frame{at}, trace...) {
		if frame.Spec() {
			told.Spec = report.Location{File: stack.SpecFile(frame.File), Line: frame.Line}
			break
		}
	}
	return told
}

// run hands the suite to Ginkgo.
func (s *suite) run(t GinkgoTestingT, name string, configure func(*types.SuiteConfig)) bool {
	RegisterFailHandler(Fail)
	// Without a context, Eventually must still not fail a slow machine.
	SetDefaultEventuallyTimeout(time.Minute)
	s.install()
	config, reporter := GinkgoConfiguration()
	reporter.NoColor = true
	reporter.Succinct = true
	if configure != nil {
		configure(&config)
	}
	return RunSpecs(t, name, config, reporter, AroundNode(theWatchdog.around))
}

// failing is the least that Ginkgo needs of a test.
type failing struct{}

func (failing) Fail() {}

// endless is the time for a suite. Ginkgo gives it an hour, and a series of a hundred
// runs on a crowded machine takes longer: whoever was at work then failed. It is each
// spec that is bounded here.
const endless = 365 * 24 * time.Hour

func runGraded() {
	if lostChild() {
		os.Stderr.WriteString("no such role: " + os.Args[2] + "\n")
		os.Exit(3)
	}
	events, graded, err := attest.Open()
	if err != nil || !graded {
		os.Stderr.WriteString("this binary is run by the grader only\n")
		os.Exit(3)
	}
	plan := events.Plan
	theSeed = plan.Seed
	debug.SetTraceback("all")

	var current attest.Event
	emit := func(event attest.Event) {
		if events.Emit(event) != nil {
			os.Exit(3)
		}
	}
	p := pace{left: len(plan.Specs), rounds: plan.Rounds, end: time.Now().Add(plan.Budget), endless: plan.Budget == 0}
	s := &suite{
		wanted: func(sentence string, round int) bool {
			return slices.Contains(plan.Specs, report.SpecID(plan.Kata, sentence)) && p.goesOn(round)
		},
		began: func(sentence string, round int) {
			theSeed = plan.Seed + uint64(round)
			current = attest.Event{Kind: attest.Start, Spec: report.SpecID(plan.Kata, sentence), Round: round}
			emit(current)
		},
		ended: func(_ string, round int, outcome report.Outcome) {
			emit(attest.Event{Kind: attest.Stop, Spec: current.Spec, Round: round, Outcome: &outcome})
		},
		over: func(dirty bool) {
			if p.left--; dirty && p.left > 0 {
				os.Exit(0)
			}
		},
	}
	if !plan.Unguarded {
		s.guard = guard.New(guard.Options{Temp: os.TempDir(), PrivateIPC: plan.PrivateIPC, RaceLog: plan.RaceLog})
	}
	if plan.Record {
		theWatchdog.recorder = &recorder{pause: lookOften, kept: func(data []byte) {
			emit(attest.Event{Kind: attest.Trace, Spec: current.Spec, Round: current.Round, Trace: data})
		}}
	}
	theWatchdog.start(plan.Limits, func(outcome report.Outcome) {
		theWatchdog.recorder.end()
		emit(attest.Event{Kind: attest.Stuck, Spec: current.Spec, Round: current.Round, Outcome: &outcome})
		guard.EndDescendants()
		os.Exit(0)
	})
	emit(attest.Event{Kind: attest.Ready})
	s.run(failing{}, plan.Kata, func(config *types.SuiteConfig) {
		config.FocusFiles = []string{filesOf(plan.Kata)}
		config.RandomSeed = int64(plan.Seed >> 1)
		config.RandomizeAllSpecs = true
		config.Timeout = endless
		config.MustPassRepeatedly = max(1, plan.Rounds)
	})
	emit(attest.Event{Kind: attest.Done})
	os.Exit(0)
}

// filesOf is an expression for the specs' files of a kata. Ginkgo tries it on each
// spec of all katas in the binary, so it is one that gives up at once: a regular
// expression without a beginning is tried at every character.
func filesOf(kata string) string {
	_, here, _, _ := runtime.Caller(0)
	root := path.Dir(path.Dir(path.Dir(here)))
	return "^" + regexp.QuoteMeta(path.Join(root, "katas", kata)+"/")
}
