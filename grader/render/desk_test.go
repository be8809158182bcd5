package render

import (
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// TestDesksLookAsInTheGolden holds what watch shows of each kata of the cards: on two
// widths, and one of them while it is graded.
func TestDesksLookAsInTheGolden(t *testing.T) {
	var got strings.Builder
	for _, card := range []score.Scorecard{mixed(), broken(), fresh()} {
		got.WriteString(Standing(card, Options{Width: 80}) + "\n")
		for _, kata := range card.Katas {
			got.WriteString(Desk(kata, nil, Options{Width: 80}) + "\n")
		}
	}
	kata := mixed().Katas[0]
	got.WriteString(Desk(kata, map[string]bool{kata.Specs[0].ID: true, kata.Specs[1].ID: false}, Options{Width: 40}) + "\n")
	got.WriteString(Shelf(mixed(), kata.ID, Options{Width: 60}))
	held(t, "desks.txt", got.String())
}
