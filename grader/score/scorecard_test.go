package score

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

var update = flag.Bool("update", false, "write the golden files")

// The golden file is the contract with everybody who reads scorecards by
// program: a change to it that is no addition needs a new schema.
func TestAScorecardMarshalsToItsSchema(t *testing.T) {
	seen := report.Report{
		Wall: 1234 * time.Millisecond,
		Runs: []report.Run{
			run(7, fine, report.Outcome{Finished: true, Wall: 20 * time.Millisecond, Races: []report.Race{aRace}}),
			run(8, report.Outcome{Finished: true, Wall: 3 * time.Millisecond}, fine),
		},
	}
	environment := EnvironmentOf(report.Environment{Go: "go1.26.8", OS: "linux/amd64", Race: true, Rung: "namespaces"}, 7)
	card := Sum(Source{Kind: "learner", Name: ".", Digest: "sha256:00"}, environment, []KataCard{
		Judge(queue, seen),
		Judge(queue, report.Report{Broken: []report.Complaint{complaint}}),
	})
	got, err := json.MarshalIndent(card, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	golden := filepath.Join("testdata", "scorecard.json")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the scorecard is\n%s\nwant\n%s", got, want)
	}
}

func TestAScorecardHasNoNullArrays(t *testing.T) {
	got, err := json.Marshal(Sum(Source{}, Environment{Race: true}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(got, []byte("null")) {
		t.Errorf("%s", got)
	}
}

func TestAGradingWithoutTheRaceDetectorIsProvisional(t *testing.T) {
	for _, race := range []bool{true, false} {
		if card := Sum(Source{}, Environment{Race: race}, nil); card.Environment.Provisional == race {
			t.Errorf("race detector %t, provisional %t", race, card.Environment.Provisional)
		}
	}
}
