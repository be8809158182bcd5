package render

import (
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/grader/score"
)

func TestExcerptsShowTheLinesThatAreMeant(t *testing.T) {
	text := strings.Repeat("code\n", 9) + "\n\n" + strings.Repeat("code\r\n", 40) + "end"
	tests := []struct {
		why   string
		lines []int
		want  string
	}{
		{"a few lines stand around the one that is meant", []int{5}, "2 3 4 >5 6 7 8"},
		{"there is nothing above the first line", []int{1}, ">1 2 3 4"},
		{"nor below the last", []int{52}, "49 50 51 >52"},
		{"what is blank at the ends is left out", []int{8}, "5 6 7 >8 9"},
		{"what is blank within is not", []int{9}, "6 7 8 >9 10 11 12"},
		{"places that are close share their lines", []int{6, 3}, "1 2 >3 4 5 >6 7 8 9"},
		{"others are in their order, the innermost first", []int{40, 20}, "37 38 39 >40 41 42 43 | 17 18 19 >20 21 22 23"},
		{"the outermost of many are only named", []int{5, 20, 30, 45}, "2 3 4 >5 6 7 8 | 17 18 19 >20 21 22 23 | 27 28 29 >30 31 32 33 | "},
		{"a line that isn't there can't be shown", []int{53}, ""},
		{"nor does a stack name a blank one", []int{10}, ""},
		{"nor one before the first", []int{-2}, ""},
	}
	for _, test := range tests {
		var got []string
		for _, spot := range htmlSpots(places(queueFile, test.lines...), func(string) string { return text }) {
			got = append(got, numbersOf(spot))
		}
		if strings.Join(got, " | ") != test.want {
			t.Errorf("%s: for %v it is %q, want %q", test.why, test.lines, strings.Join(got, " | "), test.want)
		}
	}
}

func numbersOf(spot htmlSpot) string {
	var numbers []string
	for _, line := range spot.Lines {
		number := strings.TrimSpace(line.Number)
		if line.Here {
			number = ">" + number
		}
		numbers = append(numbers, number)
	}
	return strings.Join(numbers, " ")
}

func TestWithoutTheSourcePlacesAreOnlyNamed(t *testing.T) {
	for why, source := range map[string]func(string) string{
		"nobody has it":           nil,
		"the file is unknown":     func(string) string { return "" },
		"the file is another one": func(string) string { return "package queue\n" },
	} {
		spots := htmlSpots([]score.Place{{File: queueFile, Line: 7, Function: "Put"}}, source)
		if len(spots) != 1 || len(spots[0].Lines) > 0 || len(spots[0].Places) != 1 {
			t.Errorf("%s: it is %+v", why, spots)
		}
	}
}

func TestALineOfCodeHasABoundedLength(t *testing.T) {
	if got, want := codeLine("\t"+strings.Repeat("é\x1b", longest)), "    "+strings.Repeat("é␛", longest/2-2)+"…"; got != want {
		t.Errorf("it is %q, want %q", got, want)
	}
}
