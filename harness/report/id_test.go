package report_test

import (
	"testing"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func TestSpecID(t *testing.T) {
	for _, c := range []struct{ why, sentence, id string }{
		{"words are joined", "reaps every child", "sync/lock:reaps-every-child"},
		{"case doesn't matter", "Reaps EVERY child", "sync/lock:reaps-every-child"},
		{"nor do signs, at the ends or between", " «reaps», every -- child! ", "sync/lock:reaps-every-child"},
		{"digits do", "runs 2 at once", "sync/lock:runs-2-at-once"},
		{"letters of every alphabet", "fängt 12 Züge", "sync/lock:fängt-12-züge"},
		{"nothing", "", "sync/lock:"},
	} {
		t.Run(c.why, func(t *testing.T) {
			if got := report.SpecID("sync/lock", c.sentence); got != c.id {
				t.Errorf("%q, want %q", got, c.id)
			}
		})
	}
}

// Ids tell specs apart: within a kata by their words, between katas by the kata.
func TestSpecIDsDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, c := range []struct{ kata, sentence string }{
		{"sync/lock", "waits"}, {"sync/queue", "waits"}, {"sync/lock", "waits 2"}, {"sync/lock", "wait s"}, {"sync/lock", "waits2"}, {"sync/lock-waits", ""},
	} {
		id := report.SpecID(c.kata, c.sentence)
		if other, known := seen[id]; known {
			t.Errorf("%s %q and %s are both %q", c.kata, c.sentence, other, id)
		}
		seen[id] = c.kata + " " + c.sentence
	}
}
