package command

import (
	"testing"

	"github.com/concurrency-dojo/dojo/grader/score"
)

func TestAMinimumIsANumberOfPointsOrAShare(t *testing.T) {
	card := score.Scorecard{Score: 15, Max: 20}
	for text, want := range map[string]bool{"0": true, "15": true, "16": false, "0%": true, "75%": true, "75.1%": false, "100%": false} {
		var m minimum
		if err := m.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got, err := m.reached(card); got != want || err != nil {
			t.Errorf("%s of %d/%d: %v, %v", text, card.Score, card.Max, got, err)
		}
	}
	for _, text := range []string{"", "%", "-1", "101%", "-1%", "NaN%", "many", "1.5", "80 %"} {
		if err := new(minimum).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if _, err := (minimum{given: true, points: 21}).reached(card); err == nil {
		t.Error("21 of 20 points are asked for")
	}
}
