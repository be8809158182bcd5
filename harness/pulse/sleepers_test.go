package pulse

import (
	"testing"

	"github.com/concurrency-dojo/dojo/harness/stack"
)

// Whoever polls must wake up to look, and that a look finds him awake is no alibi.
func TestPollerMayBeAwakeAtSomeLooks(t *testing.T) {
	for _, c := range []struct {
		why    string
		asleep int
		polls  bool
	}{
		{"asleep at every look", looks, true},
		{"awake at one", looks - 1, true},
		{"awake at as many as are allowed", pollingLooks, true},
		{"awake at more", pollingLooks - 1, false},
		{"a nap", 1, false},
		{"none", 0, false},
	} {
		seen := sleepers{}
		for i := range looks {
			state := "sleep"
			if i >= c.asleep {
				state = "runnable"
			}
			seen.look([]stack.Goroutine{
				{ID: 7, State: state, Frames: []stack.Frame{{Function: "time.Sleep"}, {File: "dojo/katas/sync/lock/lock.go", Line: 12}}},
				{ID: 8, State: "sleep", Frames: []stack.Frame{{Function: "time.Sleep"}, {File: "dojo/katas/sync/lock/lock_test.go", Line: 9}}},
			})
		}
		if found := seen.polling(); (len(found) == 1 && found[0].ID == 7) != c.polls || len(found) > 1 {
			t.Errorf("%s: %+v", c.why, found)
		}
	}
}
