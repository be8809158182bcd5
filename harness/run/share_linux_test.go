package run

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

func TestSpecsAreSharedOutAndComeBackTogether(t *testing.T) {
	var specs []string
	for n := range 3*fewSpecs + 1 {
		specs = append(specs, fmt.Sprint("pass ", n))
	}
	specs[5] = "later fail in round 1"
	e := trial(t, "lock", specs...)
	e.rounds, e.options.Repeat = 1, 3
	runs, _ := shared(t.Context(), *e, 3, make(chan struct{}, 2))
	if len(runs) != 3 {
		t.Fatalf("%d runs", len(runs))
	}
	for n, run := range runs {
		for _, id := range specs {
			// The rounds of the second process are counted from 0 again.
			outcome, there := run.Outcomes[id]
			if failed := id == specs[5] && n == 2; !there || outcome.Clean() == failed {
				t.Errorf("run %d, %q: %v, %+v", n, id, there, outcome)
			}
		}
	}
	if seeds := fmt.Sprint(runs[0].Seed, runs[1].Seed, runs[2].Seed); seeds != "0 1 2" {
		t.Error(seeds)
	}
}

func TestASpecThatFailsNowAndThenIsRunAsOftenAsAsked(t *testing.T) {
	const flaky, never, always = "later fail in round 1", "pass", "fail"
	e := trial(t, "lock", flaky, never, always)
	e.rounds, e.options.Repeat, e.seed = 1, 7, 4000
	var got []string
	for n, run := range e.repeat(t.Context()) {
		if run.Seed != 4000+uint64(n) {
			t.Errorf("run %d has seed %d", n, run.Seed)
		}
		for _, id := range []string{flaky, never, always} {
			letter := "-"
			if outcome, there := run.Outcomes[id]; there && outcome.Clean() {
				letter = "p"
			} else if there {
				letter = "f"
			}
			got = append(got, letter)
		}
		got = append(got, " ")
	}
	// After each failure, the rounds of a new process are counted from 0.
	if got, want := strings.Join(got, ""), "ppf ppf fpf pp- fp- pp- fp- "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAKataOfWhichOnlyAPartWasRunHasNoRuns(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e := trial(t, "lock", "pass")
	e.rounds = 1
	if runs, _ := shared(ctx, *e, 1, make(chan struct{}, 1)); len(runs) > 0 {
		t.Errorf("%+v", runs)
	}
}
