package hook

import (
	"testing"
	"testing/synctest"
	"time"
)

// passed returns how long a goroutine takes through many hooks when armed with a
// seed, in virtual time: what it slept, and nothing else.
func passed(t *testing.T, seed uint64, round int) (took time.Duration) {
	synctest.Test(t, func(*testing.T) {
		if seed > 0 {
			Arm(seed, round)
			defer Disarm()
		}
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
	if took := passed(t, 0, 0); took != 0 {
		t.Errorf("slept %v", took)
	}
}

func TestEveryOtherRoundIsSlowAtOtherPlaces(t *testing.T) {
	const sites = 6
	number := func(site int) int {
		if site < together {
			return Site(1+site, Waits)
		}
		return Site(1+site, Orders)
	}
	tried := map[int]bool{}
	for round := range 4 * sites {
		Arm(7001+uint64(round), round)
		if slow := run.style == spots; slow != (round%2 == 1) {
			t.Errorf("round %d has style %d", round, run.style)
		}
		for site := range sites {
			if slow := pass(number(site)); slow && run.style == spots {
				if len(tried) < together && number(site)%promises != int(Waits) {
					t.Errorf("round %d is slow at %d, before all that wait", round, 1+site)
				}
				tried[site] = true
			}
		}
	}
	Disarm()
	if len(tried) != sites {
		t.Errorf("slow were %v", tried)
	}
}

func TestSeedsDisturbInDifferentWaysAndNeverForLong(t *testing.T) {
	ways := map[time.Duration]bool{}
	for round := range 100 {
		took := passed(t, 1+uint64(round), round)
		ways[took] = true
		if took > 2*allowance+maxSpot {
			t.Errorf("round %d slept %v", round, took)
		}
	}
	if len(ways) < 20 {
		t.Errorf("a hundred seeds made only %d different runs", len(ways))
	}
}

func TestSeveralIsTrueOfGoroutinesThatTakeTurns(t *testing.T) {
	defer Disarm()
	Arm(1, 0)
	for range 3 {
		done := make(chan struct{})
		go func() {
			defer close(done)
			At(Site(1, Orders))
			At(Site(2, Orders))
		}()
		<-done
	}
	if Several() {
		t.Error("one after the other are several")
	}
	Arm(1, 0)
	At(Site(1, Orders))
	done := make(chan struct{})
	go func() {
		defer close(done)
		At(Site(1, Orders))
	}()
	<-done
	At(Site(2, Orders))
	if !Several() {
		t.Error("two that take turns are not several")
	}
}

// A goroutine that has seen the hooks watch may come on when nobody watches any more,
// and nothing was ever armed.
func TestHookThatIsSwitchedOffWhileOneComesBy(t *testing.T) {
	before := run
	defer func() { run = before }()
	run.style, run.rarely = off, 0
	disturb(Site(1, Orders), false)
}
