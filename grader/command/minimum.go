package command

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// minimum is the score from which on a pipeline goes on: so many points, or a share of
// those that could be scored here. The zero value asks for all of them.
type minimum struct {
	given  bool
	points int
	share  float64
}

// UnmarshalText reads "150" or "80%".
func (m *minimum) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(string(text), "%")
	if percent {
		share, err := strconv.ParseFloat(number, 64)
		if err != nil || !(share >= 0 && share <= 100) {
			return fmt.Errorf("%q is no share between 0%% and 100%%", text)
		}
		*m = minimum{given: true, share: share / 100}
		return nil
	}
	points, err := strconv.Atoi(number)
	if err != nil || points < 0 {
		return fmt.Errorf("%q is neither a number of points nor a share such as 80%%", text)
	}
	*m = minimum{given: true, points: points}
	return nil
}

// reached reports whether a scorecard has so much; it is an error of the user's if
// nobody can.
func (m minimum) reached(card score.Scorecard) (bool, error) {
	if m.points > card.Max {
		return false, usage("--minimum %d: %d points can be scored here", m.points, card.Max)
	}
	if m.share > 0 {
		return float64(card.Score) >= m.share*float64(card.Max), nil
	}
	return card.Score >= m.points, nil
}
