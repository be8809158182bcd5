package lesson_test

import (
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/grader/lesson"
	"github.com/concurrency-dojo/dojo/katas"
)

const root = "../.."

func TestEveryKataTeaches(t *testing.T) {
	for _, kata := range katas.Catalog {
		t.Run(kata.ID, func(t *testing.T) {
			if brief, err := lesson.Brief(root, kata.ID); err != nil || !strings.Contains(brief, "# Rules") {
				t.Errorf("the brief has no rules: %v", err)
			}
			if hints, err := lesson.Hints(root, kata.ID); err != nil || len(hints) != 3 {
				t.Errorf("%d hints: %v", len(hints), err)
			}
			bugs, err := lesson.Bugs(root, kata.ID, 6)
			if err != nil || len(bugs) != 6 {
				t.Fatalf("%d bugs: %v", len(bugs), err)
			}
			verdicts := map[string]bool{}
			for _, bug := range bugs {
				verdicts[bug.Verdict] = true
				if !strings.HasPrefix(bug.Story, "One ") || !strings.HasSuffix(bug.Story, ".") {
					t.Errorf("%s is no story: %q", bug.Name, bug.Story)
				}
				if bug.Spec == "" || bug.Verdict == "" {
					t.Errorf("%s: nobody knows how it is caught", bug.Name)
				}
			}
			if len(verdicts) < 2 {
				t.Errorf("all of them are caught as %v: there are others", verdicts)
			}
		})
	}
}

func TestAsManyBugsAsWanted(t *testing.T) {
	all, err := lesson.Bugs(root, "sync/tally", 1000)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, bug := range all {
		if seen[bug.Name] {
			t.Errorf("%s is told twice", bug.Name)
		}
		seen[bug.Name] = true
	}
	if two, err := lesson.Bugs(root, "sync/tally", 2); err != nil || len(two) != 2 || two[0].Verdict == two[1].Verdict {
		t.Errorf("of %d, two are %+v: %v", len(all), two, err)
	}
}
