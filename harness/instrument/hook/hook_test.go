package hook

import (
	"testing"
	"testing/synctest"
	"time"
)

// passed returns how long a goroutine takes through many hooks when armed with a
// seed, in virtual time: what it slept, and nothing else.
func passed(t *testing.T, seed uint64) (took time.Duration) {
	synctest.Test(t, func(*testing.T) {
		Arm(seed)
		defer Arm(0)
		start := time.Now()
		for site := range 3000 {
			Start(site % 17)
			At(site % 17)
		}
		took = time.Since(start)
	})
	return took
}

func TestHooksDoNothingUnlessArmed(t *testing.T) {
	if took := passed(t, 0); took != 0 {
		t.Errorf("slept %v", took)
	}
}

func TestSeedsDisturbInDifferentWaysAndNeverForLong(t *testing.T) {
	ways := map[time.Duration]bool{}
	for seed := range uint64(100) {
		took := passed(t, 1+seed)
		ways[took] = true
		if took > allowance+maxPause {
			t.Errorf("seed %d slept %v", 1+seed, took)
		}
	}
	if len(ways) < 20 {
		t.Errorf("a hundred seeds made only %d different runs", len(ways))
	}
}
