package run

import (
	"slices"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func TestWhatIsRunAgainIsWhatFits(t *testing.T) {
	took := map[string]report.Outcome{"long": {Wall: 3 * time.Second}, "short": {Wall: time.Second}, "middling": {Wall: 2 * time.Second}}
	for budget, want := range map[time.Duration][]string{
		-time.Second:           {},
		999 * time.Millisecond: {},
		2 * time.Second:        {"short"},
		3 * time.Second:        {"short", "middling"},
		time.Minute:            {"long", "short", "middling"},
	} {
		got := affordable([]string{"long", "short", "middling"}, []report.Run{{Outcomes: took}}, budget)
		if !slices.Equal(got, want) {
			t.Errorf("in %s: %q", budget, got)
		}
	}
}

func TestKatasThatTakeTurnsHaveHalfTheTime(t *testing.T) {
	if few, many := BudgetOf(1), BudgetOf(1+parallel(Options{})); many*2 != few {
		t.Error(few, many)
	}
}
