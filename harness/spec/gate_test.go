package spec

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// enter sends count callers into a gate and returns where their results come.
func enter(ctx context.Context, r *Rendezvous, count int) <-chan error {
	results := make(chan error, count)
	for range count {
		go func() { results <- r.Enter(ctx) }()
	}
	return results
}

// awaitInside waits until so many callers are in a gate. Nothing tells, so it
// looks again and again; only a broken gate makes it give up.
func awaitInside(t *testing.T, r *Rendezvous, want int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); runtime.Gosched() {
		if gate := r.waiting(); gate != nil && gate.Inside == want {
			return
		}
	}
	t.Fatalf("inside are %+v, want %d", r.waiting(), want)
}

func TestGateOpensForAllAtOnce(t *testing.T) {
	for _, n := range []int{1, 2, 7} {
		r := Gate(n)
		for round := range 3 {
			results := enter(t.Context(), r, n)
			for range n {
				if err := <-results; err != nil {
					t.Errorf("gate of %d, round %d: %v", n, round, err)
				}
			}
			if gate := r.waiting(); gate != nil {
				t.Errorf("gate of %d, round %d: still inside: %+v", n, round, gate)
			}
		}
		if r.Highest() != n {
			t.Errorf("gate of %d: at most %d were inside", n, r.Highest())
		}
	}
}

// An answer that runs its callers one after the other must never get through,
// and must not hang the spec either.
func TestGateStaysShutForOneTooFew(t *testing.T) {
	r := Gate(3)
	ctx, end := context.WithCancel(t.Context())
	results := enter(ctx, r, 2)
	awaitInside(t, r, 2)
	if gate := r.waiting(); *gate != (report.Gate{Inside: 2, Want: 3}) {
		t.Errorf("%+v", gate)
	}
	if len(results) != 0 {
		t.Error("somebody got through")
	}
	end()
	for range 2 {
		if err := <-results; !errors.Is(err, ErrNotTogether) {
			t.Errorf("%v, want ErrNotTogether", err)
		}
	}
	if gate := r.waiting(); gate != nil || r.Highest() != 2 {
		t.Errorf("left inside: %+v; at most %d", gate, r.Highest())
	}

	// Those who have left don't count for the next round.
	one := enter(t.Context(), r, 1)
	awaitInside(t, r, 1)
	two := enter(t.Context(), r, 2)
	if err := errors.Join(<-one, <-two, <-two); err != nil {
		t.Errorf("the gate doesn't open any more: %v", err)
	}
}

func TestGateOfEndedContext(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	end()
	r := Gate(2)
	for range 100 {
		if err := r.Enter(ctx); !errors.Is(err, ErrNotTogether) {
			t.Fatalf("alone: %v", err)
		}
	}
	if r.waiting() != nil || r.Highest() != 1 {
		t.Errorf("%+v, at most %d", r.waiting(), r.Highest())
	}
}

// Of seven callers, a gate of three lets six through.
func TestGateKeepsTheOddOne(t *testing.T) {
	r := Gate(3)
	ctx, end := context.WithCancel(t.Context())
	results := enter(ctx, r, 7)
	for range 6 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	awaitInside(t, r, 1)
	end()
	if err := <-results; !errors.Is(err, ErrNotTogether) {
		t.Errorf("the odd one: %v", err)
	}
}

// The watchdog tells which gate a stuck spec stands at.
func TestFirstGateWithCallersIsTold(t *testing.T) {
	var all gates
	if gate := all.waiting(); gate != nil {
		t.Errorf("no gates, and %+v", gate)
	}
	empty, full := Gate(2), Gate(5)
	all.add(empty)
	all.add(full)
	ctx, end := context.WithCancel(t.Context())
	results := enter(ctx, full, 1)
	awaitInside(t, full, 1)
	if gate := all.waiting(); gate == nil || *gate != (report.Gate{Inside: 1, Want: 5}) {
		t.Errorf("%+v", gate)
	}
	all.clear()
	if gate := all.waiting(); gate != nil {
		t.Errorf("cleared, and %+v", gate)
	}
	end()
	<-results
}

// late is a context that ends while its caller is already among the others.
type late struct {
	context.Context
	meanwhile func()
}

func (l late) Done() <-chan struct{} {
	l.meanwhile()
	ended := make(chan struct{})
	close(ended)
	return ended
}

// Once all are inside, they were together: a context that ends after that must
// not tell one of them otherwise.
func TestGateThatOpenedIsOpenForAll(t *testing.T) {
	for range 100 {
		r := Gate(2)
		other := make(chan error, 1)
		first := r.Enter(late{t.Context(), func() { other <- r.Enter(t.Context()) }})
		if second := <-other; first != nil || second != nil {
			t.Fatalf("%v and %v", first, second)
		}
	}
}
