package render

import (
	"io"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// exercism is results.json of a test runner of Exercism, version 3.
type (
	exercism struct {
		Version int            `json:"version"`
		Status  string         `json:"status"`
		Message *string        `json:"message"`
		Tests   []exercismTest `json:"tests,omitempty"`
	}
	exercismTest struct {
		Name    string `json:"name"`
		Status  string `json:"status"`
		Message string `json:"message,omitempty"`
		TaskID  int    `json:"task_id"`
	}
)

// mostExercism is what all messages may take together: a file of more than 500 KB is
// refused.
const mostExercism = 400_000

func renderExercism(w io.Writer, card score.Scorecard, _ Options) error {
	results := exercism{Version: 3, Status: "pass"}
	all := testsOf(card)
	ran, room := false, mostExercism
	for _, t := range all {
		if t.state == skipped {
			continue
		}
		one := exercismTest{Name: t.name, Status: "pass", TaskID: 1 + indexOf(card, t.kata.ID)}
		switch t.state {
		case failedState:
			one.Status, results.Status = "fail", "fail"
		case lost:
			one.Status, results.Status = "error", "fail"
		}
		if one.Status != "pass" {
			one.Message = cut(t.detail, max(0, room))
			room -= len(one.Message)
		}
		ran = ran || t.kind != string(score.SpecNotRun) && t.state != lost
		results.Tests = append(results.Tests, one)
	}
	if !ran {
		// Only then it is an error, which has a message and no tests.
		why := "No spec was run.\n"
		for _, t := range all {
			if t.detail != "" {
				why = t.detail
				break
			}
		}
		results = exercism{Version: 3, Status: "error", Message: &why}
	}
	return writeJSON(w, results)
}

func indexOf(card score.Scorecard, kata string) int {
	for i, one := range card.Katas {
		if one.ID == kata {
			return i
		}
	}
	return -1
}
