package render

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/concurrency-dojo/dojo/grader/score"
)

var update = flag.Bool("update", false, "write the golden files")

var goldens = []struct {
	name    string
	format  string
	card    score.Scorecard
	options Options
}{
	{"newcomer.txt", "terminal", fresh(), Options{Width: 80}},
	{"newcomer-40.txt", "terminal", fresh(), Options{Width: 40}},
	{"mixed.txt", "terminal", mixed(), Options{Width: 80}},
	{"mixed-40.txt", "terminal", mixed(), Options{Width: 40}},
	{"mixed-colour.txt", "terminal", mixed(), Options{Width: 80, Color: true}},
	{"mixed-verbose.txt", "terminal", mixed(), Options{Width: 80, Verbose: true}},
	{"allpass.txt", "terminal", finished(), Options{Width: 80}},
	{"broken.txt", "terminal", broken(), Options{Width: 80}},
	{"provisional.txt", "terminal", provisional(), Options{Width: 80}},
	{"flaky.txt", "terminal", flaky(), Options{Width: 80}},
	{"void.txt", "terminal", void(), Options{Width: 80}},
	{"pictured.txt", "terminal", pictured(), Options{Width: 80}},
	{"pictured-40.txt", "terminal", pictured(), Options{Width: 40}},
	{"pictured-verbose.txt", "terminal", pictured(), Options{Width: 100, Verbose: true}},
	{"flaky.json", "json", flaky(), Options{}},
	{"mixed-problems.txt", "problems", mixed(), Options{}},
	{"broken-problems.txt", "problems", broken(), Options{}},
	{"newcomer.html", "html", fresh(), Options{}},
	{"mixed.html", "html", mixed(), Options{Source: numbered}},
	{"broken.html", "html", broken(), Options{Source: numbered}},
	{"provisional.html", "html", provisional(), Options{}},
	{"flaky.html", "html", flaky(), Options{Source: numbered}},
	{"pictured.html", "html", pictured(), Options{Source: numbered}},
	{"void.html", "html", void(), Options{}},
}

func rendered(t *testing.T, format string, card score.Scorecard, options Options) string {
	t.Helper()
	row, ok := Lookup(format)
	if !ok {
		t.Fatalf("there is no format %q", format)
	}
	var out bytes.Buffer
	if err := row.Render(&out, card, options); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// held compares a text with the golden file of that name, or writes it with -update.
func held(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
}

func TestScorecardsLookAsInTheGoldens(t *testing.T) {
	for _, golden := range goldens {
		t.Run(golden.name, func(t *testing.T) {
			got := rendered(t, golden.format, golden.card, golden.options)
			if golden.format == "html" {
				got = bodyOf(got)
			}
			held(t, golden.name, got)
		})
	}
}

func TestATerminalPageKeepsItsWidthAndLeavesNoBlanks(t *testing.T) {
	for _, golden := range goldens {
		if golden.format != "terminal" {
			continue
		}
		for width := narrowest; width <= 120; width++ {
			for _, color := range []bool{false, true} {
				text := rendered(t, "terminal", golden.card, Options{Width: width, Color: color, Verbose: golden.options.Verbose})
				if !color && strings.Contains(text, "\x1b") {
					t.Fatalf("%s at %d: an escape sequence without colour", golden.name, width)
				}
				for _, line := range strings.Split(text, "\n") {
					bare := ansi.Strip(line)
					if lipgloss.Width(bare) > width {
						t.Errorf("%s at %d: %d columns: %q", golden.name, width, lipgloss.Width(bare), bare)
					}
					if strings.HasSuffix(bare, " ") {
						t.Errorf("%s at %d: blanks at the end of %q", golden.name, width, line)
					}
				}
			}
		}
	}
}

func TestColourSaysNothingThatWordsDoNot(t *testing.T) {
	for _, golden := range goldens {
		if golden.format != "terminal" {
			continue
		}
		plain := golden.options
		plain.Color = false
		coloured := golden.options
		coloured.Color = true
		if got, want := ansi.Strip(rendered(t, "terminal", golden.card, coloured)), rendered(t, "terminal", golden.card, plain); got != want {
			t.Errorf("%s: without its colour it is\n%s\nwant\n%s", golden.name, got, want)
		}
	}
}

func TestEveryVerdictHasAMark(t *testing.T) {
	for _, verdict := range []score.KataVerdict{
		score.KataPass, score.KataPartial, score.KataFail, score.KataNotAttempted,
		score.KataRefused, score.KataBroken, score.KataSkipped, score.KataVoid,
	} {
		if _, ok := kataMarks[verdict]; !ok {
			t.Errorf("none for %q", verdict)
		}
	}
}
