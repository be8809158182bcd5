package render

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// renderCSV writes a row for each spec, for a spreadsheet.
func renderCSV(w io.Writer, card score.Scorecard, _ Options) error {
	rows := [][]string{{"source", "kata", "level", "spec", "verdict", "points", "max", "ms", "summary"}}
	for _, t := range testsOf(card) {
		rows = append(rows, []string{
			cell(card.Source.Name), cell(t.kata.ID), fmt.Sprint(t.kata.Level), cell(t.name), cell(t.kind),
			fmt.Sprint(t.points), fmt.Sprint(t.max), fmt.Sprintf("%.0f", t.seconds*1000), cell(t.summary),
		})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// cell is text that no spreadsheet takes for a formula.
func cell(text string) string {
	if text = phrase(text); text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
		return "'" + text
	}
	return text
}
