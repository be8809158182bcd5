package spec

import (
	"testing"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/concurrency-dojo/dojo/harness/report"
)

const (
	answerFile = "github.com/concurrency-dojo/dojo/katas/sync/lock/lock.go"
	specsFile  = "github.com/concurrency-dojo/dojo/katas/sync/lock/specs/lock.go"
)

func TestFailureSaysWhatGinkgoSaw(t *testing.T) {
	inSpecs := types.CodeLocation{FileName: specsFile, LineNumber: 40}
	panicked := types.CodeLocation{FileName: "runtime/panic.go", LineNumber: 114, FullStackTrace: "panic({0x1, 0x2})\n\truntime/panic.go:114 +0x1\n" +
		"github.com/concurrency-dojo/dojo/katas/sync/lock.(*Lock).Unlock(0x1)\n\t" + answerFile + ":12 +0x1\n" +
		"github.com/concurrency-dojo/dojo/katas/sync/lock/specs.init.func1()\n\t" + specsFile + ":41 +0x1\n"}
	busy := &report.Failure{Kind: report.Busy}
	for _, c := range []struct {
		why    string
		state  types.SpecState
		at     types.CodeLocation
		marked *report.Failure
		want   *report.Failure
	}{
		{"it passed", types.SpecStatePassed, types.CodeLocation{}, nil, nil},
		{"an expectation did not hold", types.SpecStateFailed, inSpecs, nil,
			&report.Failure{Kind: report.Assertion, Message: "expected", Spec: report.Location{File: "katas/sync/lock/lock_test.go", Line: 40}}},
		{"Idle has left a mark", types.SpecStateFailed, inSpecs, busy,
			&report.Failure{Kind: report.Busy, Message: "expected", Spec: report.Location{File: "katas/sync/lock/lock_test.go", Line: 40}}},
		{"the answer panicked: the lines that matter are up the stack", types.SpecStatePanicked, panicked, nil,
			&report.Failure{Kind: report.Panic, Message: "index out of range", Spec: report.Location{File: "katas/sync/lock/lock_test.go", Line: 41},
				Where: []report.Location{{File: "katas/sync/lock/lock.go", Line: 12, Function: "(*Lock).Unlock"}}}},
		{"a panic is told before a wait that was busy", types.SpecStatePanicked, panicked, busy,
			&report.Failure{Kind: report.Panic, Message: "index out of range", Spec: report.Location{File: "katas/sync/lock/lock_test.go", Line: 41},
				Where: []report.Location{{File: "katas/sync/lock/lock.go", Line: 12, Function: "(*Lock).Unlock"}}}},
		{"the machine lacks something", types.SpecStateSkipped, inSpecs, nil,
			&report.Failure{Kind: report.Skip, Message: "expected", Spec: report.Location{File: "katas/sync/lock/lock_test.go", Line: 40}}},
	} {
		t.Run(c.why, func(t *testing.T) {
			seen := types.SpecReport{State: c.state, Failure: types.Failure{Message: "expected", ForwardedPanic: "index out of range", Location: c.at}}
			got := failure(seen, c.marked)
			if (got == nil) != (c.want == nil) {
				t.Fatalf("%+v", got)
			}
			if got == nil {
				return
			}
			if got.Kind != c.want.Kind || got.Message != c.want.Message || got.Spec != c.want.Spec || len(got.Where) != len(c.want.Where) ||
				len(got.Where) > 0 && got.Where[0] != c.want.Where[0] {
				t.Errorf("%+v\nwant %+v", got, c.want)
			}
		})
	}
}
