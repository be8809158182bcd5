package render

import (
	"io"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// gradescope is /autograder/results/results.json, as the autograder documentation of
// Gradescope has it.
type (
	gradescope struct {
		// Score is said as a whole, so that what could not be judged costs nothing.
		Score            float64          `json:"score"`
		ExecutionTime    float64          `json:"execution_time"`
		Output           string           `json:"output"`
		OutputFormat     string           `json:"output_format"`
		TestOutputFormat string           `json:"test_output_format"`
		TestNameFormat   string           `json:"test_name_format"`
		StdoutVisibility string           `json:"stdout_visibility"`
		Tests            []gradescopeTest `json:"tests"`
		Extra            map[string]any   `json:"extra_data"`
	}
	gradescopeTest struct {
		Number   string   `json:"number"`
		Name     string   `json:"name"`
		Score    float64  `json:"score"`
		MaxScore float64  `json:"max_score"`
		Status   string   `json:"status,omitempty"`
		Output   string   `json:"output,omitempty"`
		Tags     []string `json:"tags"`
	}
)

func renderGradescope(w io.Writer, card score.Scorecard, _ Options) error {
	results := gradescope{
		Score: float64(card.Score), Output: overall(card), OutputFormat: "text", TestOutputFormat: "text", TestNameFormat: "text",
		// What the grader prints is for the staff.
		StdoutVisibility: "hidden", Tests: []gradescopeTest{},
		Extra: map[string]any{"schema": card.Schema, "max": card.Max, "seed": card.Environment.Seed, "provisional": card.Environment.Provisional},
	}
	for _, t := range testsOf(card) {
		results.ExecutionTime += t.seconds
		one := gradescopeTest{
			Number: t.number, Name: phrase(t.kata.ID) + ": " + t.name, Score: float64(t.points), MaxScore: float64(t.max),
			Output: t.detail, Tags: []string{t.kind},
		}
		switch t.state {
		case passed:
			one.Status = "passed"
		case failedState:
			one.Status = "failed"
		}
		results.Tests = append(results.Tests, one)
	}
	return writeJSON(w, results)
}

// overall is what is to be said of the whole grading.
func overall(card score.Scorecard) string {
	var text strings.Builder
	for _, note := range notes {
		if said := note.say(card); said != "" {
			text.WriteString(phrase(said) + "\n")
		}
	}
	return text.String()
}
