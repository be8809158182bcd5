package render

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// renderAutolab writes what Autolab reads at the end of an autograder's output: the
// semantic feedback, stage by stage, and on the last line the scores. The problems of
// the assessment are to be named as the katas are.
func renderAutolab(w io.Writer, card score.Scorecard, _ Options) error {
	type result struct {
		Passed bool   `json:"passed"`
		Hint   string `json:"hint,omitempty"`
	}
	stages := []string{}
	feedback := map[string]any{"_presentation": "semantic"}
	scores := map[string]int{}
	for _, kata := range card.Katas {
		scores[phrase(kata.ID)] = kata.Score
	}
	for _, part := range suites(testsOf(card)) {
		stage, cases := phrase(part[0].kata.ID), map[string]result{}
		for _, t := range part {
			if t.state == passed || t.state == failedState {
				cases[t.name] = result{t.state == passed, t.summary}
			}
		}
		if len(cases) > 0 {
			stages = append(stages, stage)
			feedback[stage] = cases
		}
	}
	feedback["stages"] = stages
	for _, line := range []any{feedback, map[string]any{"scores": scores, "scoreboard": []int{card.Score}}} {
		text, err := json.Marshal(line)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s\n", text); err != nil {
			return err
		}
	}
	return nil
}
