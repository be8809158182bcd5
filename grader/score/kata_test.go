package score

import (
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/report"
)

var queue = Kata{ID: "sync/boundedqueue", Title: "A bounded queue", Level: 2, Specs: []Spec{
	{ID: "keeps", Name: "keeps the order", Text: "A bounded queue keeps the order", Points: 2, Where: check},
	{ID: "waits", Name: "makes Put wait", Text: "A bounded queue, when it is full, makes Put wait", Points: 3, Where: check},
}}

var (
	fine  = report.Outcome{Finished: true}
	wrong = report.Outcome{Finished: true, Failure: failing(report.Assertion, "no")}
	lost  = report.Outcome{Fault: "the pipe broke"}
	lacks = report.Outcome{Finished: true, Failure: failing(report.Skip, "no IPv6")}
)

func run(seed uint64, keeps, waits report.Outcome) report.Run {
	return report.Run{Seed: seed, Outcomes: map[string]report.Outcome{"keeps": keeps, "waits": waits}}
}

func once(keeps, waits report.Outcome) report.Report {
	return report.Report{Runs: []report.Run{run(7, keeps, waits)}}
}

var complaint = report.Complaint{Where: report.Location{File: answer, Line: 3}, Column: 8, Message: "undefined: foo"}

func TestAKataIsWhatItsSpecsAmountTo(t *testing.T) {
	tests := []struct {
		why        string
		seen       report.Report
		verdict    KataVerdict
		score, max int
		message    string // a part of it
	}{
		{"all specs held", once(fine, fine), KataPass, 5, 5, ""},
		{"points are all or nothing for a spec, but not for a kata", once(fine, wrong), KataPartial, 2, 5, ""},
		{"no point", once(wrong, wrong), KataFail, 0, 5, ""},
		{"a run without outcomes proves nothing",
			report.Report{Runs: []report.Run{{Seed: 7}}}, KataFail, 0, 5, ""},
		{"a skipped spec is not charged and does not spoil a pass", once(fine, lacks), KataPass, 2, 2, ""},
		{"a machine that can run no spec can judge no kata", once(lacks, lacks), KataSkipped, 0, 0, "lacks what every spec needs"},
		{"a void spec voids the kata and leaves the maximum", once(fine, lost), KataVoid, 2, 2,
			"1 of 2 specs could not be judged, and its points are not counted. The grader failed here, not your code: the pipe broke."},

		{"our fault comes first, whatever the source looks like",
			report.Report{Fault: "no disk", Broken: []report.Complaint{complaint}}, KataVoid, 0, 0, "no disk."},
		{"a refusal keeps the compiler from being asked",
			report.Report{Refused: []report.Complaint{{Where: complaint.Where, Message: `imports "unsafe"`, Allowed: "sync and context"}, complaint}},
			KataRefused, 0, 5, `katas/sync/boundedqueue/boundedqueue.go:3: imports "unsafe" (allowed instead: sync and context), and 1 more remark.`},
		{"the first compiler error is named, the others are counted",
			report.Report{Broken: []report.Complaint{complaint, complaint, complaint}}, KataBroken, 0, 5,
			"It does not compile: katas/sync/boundedqueue/boundedqueue.go:3:8: undefined: foo, and 2 more errors."},
		{"a machine that lacks a part charges nothing",
			report.Report{Skipped: "this kata needs Linux"}, KataSkipped, 0, 0, "this kata needs Linux."},
		{"a stub is not a failure", report.Report{Untouched: true}, KataNotAttempted, 0, 5, "still the stub"},
		{"a harness that says nothing is at fault", report.Report{}, KataVoid, 0, 0, "no run of the specs was reported"},
	}
	for _, test := range tests {
		t.Run(test.why, func(t *testing.T) {
			card := Judge(queue, test.seen)
			if card.Verdict != test.verdict || card.Score != test.score || card.Max != test.max {
				t.Errorf("it is %s with %d/%d, want %s with %d/%d",
					card.Verdict, card.Score, card.Max, test.verdict, test.score, test.max)
			}
			if !strings.Contains(card.Message, test.message) || (test.message == "") != (card.Message == "") {
				t.Errorf("message is\n  %q\nwant in it\n  %q", card.Message, test.message)
			}
			if len(card.Specs) != len(queue.Specs) {
				t.Errorf("%d specs are listed, want every one of %d", len(card.Specs), len(queue.Specs))
			}
			for _, spec := range card.Specs {
				if (spec.Verdict == SpecPass) != (spec.Diagnosis == nil) {
					t.Errorf("%s is %s with the diagnosis %+v", spec.ID, spec.Verdict, spec.Diagnosis)
				}
			}
		})
	}
}

func TestAKataWithoutSpecsIsNotAPass(t *testing.T) {
	if card := Judge(Kata{ID: "x"}, once(fine, fine)); card.Verdict != KataVoid {
		t.Errorf("it is %s", card.Verdict)
	}
}

func TestTheGravestRunSpeaksForASpec(t *testing.T) {
	tests := []struct {
		why      string
		outcomes []report.Outcome
		verdict  SpecVerdict
		passed   int
		says     string
		replay   string
	}{
		{"one failure in many is a failure, and its seed is what one needs",
			[]report.Outcome{fine, wrong, fine, wrong}, SpecWrong, 2, "in 2 of 4 runs, first with seed 2", "make grade KATA=sync/boundedqueue SEED=1 REPEAT=2"},
		{"of several failures the first is told",
			[]report.Outcome{{}, wrong}, SpecNotRun, 0, "in 2 of 2 runs, first with seed 1", "make grade KATA=sync/boundedqueue SEED=1"},
		{"a failure stands even if we lost an earlier run",
			[]report.Outcome{lost, wrong}, SpecWrong, 0, "in 1 of 2 runs, first with seed 2", "make grade KATA=sync/boundedqueue SEED=1 REPEAT=2"},
		{"a lost run is not a pass",
			[]report.Outcome{fine, lost}, SpecVoid, 1, "the pipe broke", "make grade KATA=sync/boundedqueue SEED=1 REPEAT=2"},
		{"nor is one that the machine could not do",
			[]report.Outcome{fine, lacks}, SpecSkipped, 1, "no IPv6", "make grade KATA=sync/boundedqueue SEED=1 REPEAT=2"},
		{"a single run has no statistics",
			[]report.Outcome{wrong}, SpecWrong, 0, "no.", "make grade KATA=sync/boundedqueue SEED=1"},
	}
	for _, test := range tests {
		t.Run(test.why, func(t *testing.T) {
			var runs []report.Run
			for i, outcome := range test.outcomes {
				runs = append(runs, run(uint64(i+1), outcome, fine))
			}
			card := Judge(queue, report.Report{Runs: runs}).Specs[0]
			if card.Verdict != test.verdict || card.Runs != (Runs{test.passed, len(runs)}) {
				t.Errorf("it is %s with %+v, want %s with %d passed", card.Verdict, card.Runs, test.verdict, test.passed)
			}
			if !strings.Contains(card.Diagnosis.Summary, test.says) {
				t.Errorf("summary is %q, want in it %q", card.Diagnosis.Summary, test.says)
			}
			if len(runs) == 1 && strings.Contains(card.Diagnosis.Summary, "runs") {
				t.Errorf("summary counts runs: %q", card.Diagnosis.Summary)
			}
			if card.Diagnosis.Replay != test.replay {
				t.Errorf("replay is %q, want %q", card.Diagnosis.Replay, test.replay)
			}
		})
	}
}
