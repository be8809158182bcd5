package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// hostileText is what a submission would write to be taken for something else.
const hostileText = "]]></failure><testcase name=\"x\"/>\x00\x1b[2J\n::error file=a::b\n::stop-commands::x\r\n</details><script>alert(1)</script> | `` ``` $(id) =1+1 \u202e 🧵 é \xff"

// every is a scorecard with every verdict and, where a submission has a say, with
// hostile text and a line of a megabyte.
func every() score.Scorecard {
	specs := []score.SpecCard{passing("keeps its promise", 2)}
	for _, verdict := range []score.SpecVerdict{
		score.SpecWrong, score.SpecRace, score.SpecLeak, score.SpecDeadlock, score.SpecTimeout, score.SpecBusy, score.SpecPanic, score.SpecCrash,
		score.SpecExited, score.SpecMemory, score.SpecProcesses, score.SpecOutput, score.SpecNotRun, score.SpecVoid, score.SpecSkipped,
	} {
		specs = append(specs, failing(verdict, "is "+string(verdict), 1, score.Diagnosis{
			Summary: hostileText, Promise: hostileText, Evidence: hostileText + strings.Repeat("x", 1<<20), Hint: hostileText,
			Where: []score.Place{{File: "katas/sync/lock/lock.go", Line: 7, Function: hostileText}},
		}))
	}
	refused := with(kata("sync/event", "An event", 2, score.KataRefused, failing(score.SpecNotRun, "wakes all", 2, score.Diagnosis{Summary: hostileText})), hostileText)
	refused.Complaints = []score.Complaint{{File: "katas/sync/event/event.go", Line: 4, Message: hostileText, Allowed: hostileText}}
	broken := with(kata("sync/barrier", "A barrier", 2, score.KataBroken, failing(score.SpecNotRun, "lets all go", 2, score.Diagnosis{Summary: hostileText})), hostileText)
	card := scorecard(usual,
		kata("sync/lock", "A lock", 2, score.KataVoid, specs...),
		refused, broken,
		kata("sync/tally", "A tally", 1, score.KataPass, passing("counts", 3)),
		kata("sync/future", "A future", 1, score.KataFail, failing(score.SpecWrong, "comes", 3, score.Diagnosis{Summary: "It did not come."})),
		with(kata("net/epoll", "Many", 4, score.KataSkipped, failing(score.SpecSkipped, "serves", 3, score.Diagnosis{Summary: "It needs Linux."})), "It needs Linux."),
		with(kata("net/echo", "Echo", 1, score.KataNotAttempted, failing(score.SpecNotRun, "echoes", 3, score.Diagnosis{Summary: "Not attempted yet."})), "Not attempted yet."),
	)
	card.Source = score.Source{Kind: "submission", Name: hostileText}
	return card
}

// atTen makes what depends on the runner the same each time.
var atTen = Options{
	Env: func(name string) string { return "the " + name },
	Now: func() time.Time { return time.Date(2026, 1, 2, 10, 0, 0, 0, time.UTC) },
}

// strict decodes JSON that may have no field but those that are published.
func strict(t *testing.T, text string, into any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%v in\n%.500s", err, text)
	}
}

// plain checks that nothing in a text acts on whoever reads it.
func plain(t *testing.T, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("the sign %q stands in it raw", r)
		}
	}
}

// services is what each service is sure to check.
var services = map[string]func(t *testing.T, text string){
	"junit": func(t *testing.T, text string) {
		var doc junitSuites
		decoder := xml.NewDecoder(strings.NewReader(text))
		if err := decoder.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		cases, failures := 0, 0
		for _, suite := range doc.Suites {
			cases += len(suite.Cases)
			for _, c := range suite.Cases {
				if c.Failure != nil {
					failures++
				}
			}
		}
		if cases != doc.Tests || failures != doc.Failures || doc.Errors != 1 || doc.Skipped != 2 {
			t.Errorf("the sums are %d tests, %d failures, %d errors, %d skipped; there are %d and %d", doc.Tests, doc.Failures, doc.Errors, doc.Skipped, cases, failures)
		}
	},
	"gradescope": func(t *testing.T, text string) {
		var results struct {
			Score            *float64       `json:"score"`
			ExecutionTime    float64        `json:"execution_time"`
			Output           string         `json:"output"`
			OutputFormat     string         `json:"output_format"`
			TestOutputFormat string         `json:"test_output_format"`
			TestNameFormat   string         `json:"test_name_format"`
			Visibility       string         `json:"visibility"`
			StdoutVisibility string         `json:"stdout_visibility"`
			Extra            map[string]any `json:"extra_data"`
			Tests            []struct {
				Score      float64        `json:"score"`
				MaxScore   float64        `json:"max_score"`
				Status     string         `json:"status"`
				Name       string         `json:"name"`
				NameFormat string         `json:"name_format"`
				Number     string         `json:"number"`
				Output     string         `json:"output"`
				Tags       []string       `json:"tags"`
				Visibility string         `json:"visibility"`
				Extra      map[string]any `json:"extra_data"`
			} `json:"tests"`
		}
		strict(t, text, &results)
		sum := 0.0
		for _, test := range results.Tests {
			if test.Status != "passed" && test.Status != "failed" && test.MaxScore > 0 {
				t.Errorf("%s is %q", test.Name, test.Status)
			}
			sum += test.Score
			plain(t, test.Output)
		}
		if results.Score == nil || *results.Score != sum {
			t.Errorf("the score is %v, and that of the tests %v", results.Score, sum)
		}
		if results.OutputFormat != "text" || results.TestOutputFormat != "text" || results.TestNameFormat != "text" {
			t.Error("what a submission has written may be taken for HTML")
		}
	},
	"classroom50": func(t *testing.T, text string) {
		var result classroom50
		strict(t, text, &result)
		if result.Classroom != "the CLASSROOM" || result.Datetime != "2026-01-02T10:00:00Z" || result.Score != every().Score || result.MaxScore != every().Max {
			t.Errorf("it is %+v", result)
		}
	},
	"exercism": func(t *testing.T, text string) {
		if len(text) > 500_000 {
			t.Errorf("%d bytes are refused", len(text))
		}
		var results exercism
		strict(t, text, &results)
		if results.Version != 3 || results.Status != "fail" || results.Message != nil {
			t.Errorf("it is version %d, status %q", results.Version, results.Status)
		}
		for _, test := range results.Tests {
			if (test.Status == "pass") != (test.Message == "") {
				t.Errorf("%q is %q with message %.50q", test.Name, test.Status, test.Message)
			}
		}
	},
	"autolab": func(t *testing.T, text string) {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		if len(lines) != 2 {
			t.Fatalf("it has %d lines", len(lines))
		}
		var last struct {
			Scores     map[string]int `json:"scores"`
			Scoreboard []int          `json:"scoreboard"`
		}
		strict(t, lines[1], &last)
		if last.Scores["sync/tally"] != 3 || last.Scoreboard[0] != every().Score {
			t.Errorf("the scores are %v", last)
		}
	},
	"csv": func(t *testing.T, text string) {
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
					t.Errorf("%.40q is a formula", cell)
				}
			}
		}
	},
	"markdown": func(t *testing.T, text string) {
		if len(text) > 1000<<10 {
			t.Errorf("%d bytes are thrown away", len(text))
		}
		plain(t, text)
		inside := false
		for line := range strings.SplitSeq(text, "\n") {
			if strings.HasPrefix(line, "```") {
				inside = !inside
			}
			if !inside && strings.Contains(line, "<script") {
				t.Errorf("markup of a submission stands in %.80q", line)
			}
		}
	},
	"github": func(t *testing.T, text string) {
		errors := 0
		for line := range strings.Lines(text) {
			switch {
			case strings.HasPrefix(line, "::error "):
				errors++
			case !strings.HasPrefix(line, "::notice "):
				t.Errorf("it is no command of ours: %.80q", line)
			}
		}
		if errors != mostAnnotations {
			t.Errorf("%d annotations, of which %d are shown", errors, mostAnnotations)
		}
	},
	"problems": func(t *testing.T, text string) { plain(t, text) },
	"json":     func(t *testing.T, text string) { strict(t, text, new(score.Scorecard)) },
}

func TestServicesGetWhatTheyRead(t *testing.T) {
	for _, format := range Formats {
		check, known := services[format.Name]
		if !known {
			continue
		}
		t.Run(format.Name, func(t *testing.T) {
			var out bytes.Buffer
			if err := format.Render(&out, every(), atTen); err != nil {
				t.Fatal(err)
			}
			check(t, out.String())
			for _, card := range []score.Scorecard{mixed(), fresh(), broken(), {}} {
				if err := format.Render(io.Discard, card, Options{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestServicesLookAsInTheGoldens holds each format to its golden, made from a card
// that people can read.
func TestServicesLookAsInTheGoldens(t *testing.T) {
	for name := range services {
		if name == "json" || name == "problems" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			held(t, "mixed."+name, rendered(t, name, mixed(), atTen))
		})
	}
}

func TestExercismSaysErrorOnlyIfNothingRan(t *testing.T) {
	var results exercism
	strict(t, rendered(t, "exercism", scorecard(usual, every().Katas[1]), Options{}), &results)
	if results.Status != "error" || results.Message == nil || len(results.Tests) > 0 {
		t.Errorf("a refused kata is %+v", results)
	}
	strict(t, rendered(t, "exercism", finished(), Options{}), &results)
	if results.Status != "pass" {
		t.Errorf("a solved kata is %q", results.Status)
	}
}
