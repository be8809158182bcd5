package spec

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
)

// caller is a goroutine that settle is to judge.
type caller struct {
	over          chan struct{} // what it waits for
	stop, arrived atomic.Bool
}

func TestSettle(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	for _, c := range []struct {
		why  string
		ctx  context.Context
		run  func(*caller)
		want bool
	}{
		{"a caller that is blocked has settled", t.Context(), func(c *caller) { c.arrived.Store(true); <-c.over }, true},
		{"one that computes first is waited for", t.Context(), func(c *caller) {
			for sum := 0; sum < 50_000_000; sum++ {
			}
			c.arrived.Store(true)
			<-c.over
		}, true},
		{"one that spins never settles, and its CPU time ends the wait", t.Context(), func(c *caller) {
			for !c.stop.Load() {
			}
		}, false},
		{"a spec that was ended waits for nobody", ended, func(c *caller) { <-c.over }, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			one := &caller{over: make(chan struct{})}
			var callers sync.WaitGroup
			callers.Go(func() { c.run(one) })
			defer func() { close(one.over); one.stop.Store(true); callers.Wait() }()
			if got := settle(c.ctx); got != c.want {
				t.Errorf("settled: %v", got)
			}
			if c.want && !one.arrived.Load() {
				t.Error("settled before the caller came to wait")
			}
		})
	}
}

func TestGoReturnsTheResult(t *testing.T) {
	if got := <-Go(func() string { return "result" }); got != "result" {
		t.Errorf("got %q", got)
	}
	release, called := make(chan struct{}), make(chan struct{})
	done := Returned(func() { close(called); <-release })
	<-called
	select {
	case <-done:
		t.Error("the channel is closed before the call has returned")
	default:
	}
	close(release)
	<-done
}
