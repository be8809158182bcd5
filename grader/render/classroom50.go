package render

import (
	"io"
	"time"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// classroom50 is result.json of schema classroom50/result/v1. Whose it is stands in
// the environment of the runner, which also stamps the owner.
type (
	classroom50 struct {
		Schema         string            `json:"schema"`
		Classroom      string            `json:"classroom"`
		Assignment     string            `json:"assignment"`
		AssignmentType string            `json:"assignment_type"`
		Owner          string            `json:"owner"`
		Submission     string            `json:"submission"`
		Commit         string            `json:"commit"`
		Release        string            `json:"release"`
		Review         string            `json:"review"`
		Datetime       string            `json:"datetime"`
		Score          int               `json:"score"`
		MaxScore       int               `json:"max-score"`
		Tests          []classroom50Test `json:"tests"`
	}
	classroom50Test struct {
		Name     string `json:"test-name"`
		Passed   bool   `json:"passed"`
		Score    int    `json:"score"`
		MaxScore int    `json:"max-score"`
		// What the schema keeps as it is.
		Verdict string `json:"verdict"`
		Output  string `json:"output,omitempty"`
	}
)

func renderClassroom50(w io.Writer, card score.Scorecard, options Options) error {
	result := classroom50{
		Schema: "classroom50/result/v1", Classroom: options.env("CLASSROOM"), Assignment: options.env("ASSIGNMENT"),
		AssignmentType: options.env("ASSIGNMENT_TYPE"), Owner: options.env("OWNER"), Submission: options.env("SUBMISSION_TAG"),
		Commit: options.env("COMMIT_URL"), Release: options.env("RELEASE_URL"), Review: options.env("REVIEW_URL"),
		Datetime: options.now().UTC().Format(time.RFC3339), Score: card.Score, MaxScore: card.Max, Tests: []classroom50Test{},
	}
	for _, t := range testsOf(card) {
		if t.state == skipped || t.state == lost {
			// It has no third way beside passed and not passed.
			continue
		}
		result.Tests = append(result.Tests, classroom50Test{
			Name: phrase(t.kata.ID) + ": " + t.name, Passed: t.state == passed, Score: t.points, MaxScore: t.max, Verdict: t.kind, Output: t.detail,
		})
	}
	return writeJSON(w, result)
}
