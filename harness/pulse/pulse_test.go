package pulse_test

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/pulse"
)

// blockEverywhere leaves goroutines blocked in each of the ways that there are,
// until the test ends.
func blockEverywhere(t *testing.T) {
	t.Helper()
	over, never := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	mu.Lock()
	var group sync.WaitGroup
	group.Add(1)
	cond := sync.NewCond(&mu)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	woken := false
	var ended sync.WaitGroup
	for _, wait := range []func(){
		func() { <-over },
		func() {
			select {
			case <-over:
			case never <- struct{}{}:
			}
		},
		func() { mu.Lock(); mu.Unlock() },
		func() {
			mu.Lock()
			for !woken {
				cond.Wait()
			}
			mu.Unlock()
		},
		group.Wait,
		func() { listener.Accept() },
		func() { read.Read(make([]byte, 1)) },
	} {
		ended.Go(wait)
	}
	t.Cleanup(func() {
		close(over)
		woken = true
		mu.Unlock()
		cond.Broadcast()
		group.Done()
		listener.Close()
		write.Close()
		ended.Wait()
		read.Close()
	})
}

// rests reports whether the process comes to rest for a while. A machine however
// slow needs only few of the rounds.
func rests(t *testing.T) bool {
	t.Helper()
	found := false
	pulse.Locked(func() {
		var rest pulse.Rest
		for range 400 {
			at, beat := rest.Observe()
			if at >= 4*pulse.Interval {
				found = true
				return
			}
			t.Logf("%v at rest: %+v", at, beat)
			pulse.Nap(pulse.Interval)
		}
	})
	return found
}

// stirs reports whether every one of ten looks finds something that could run,
// and so no rest.
func stirs(t *testing.T) bool {
	t.Helper()
	found := true
	pulse.Locked(func() {
		var rest pulse.Rest
		for range 10 {
			pulse.Nap(pulse.Interval / 5)
			if at, beat := rest.Observe(); at > 0 || beat.Runnable == 0 {
				t.Logf("%v at rest: %+v", at, beat)
				found = false
			}
		}
	})
	return found
}

func TestRestWhenAllIsBlocked(t *testing.T) {
	blockEverywhere(t)
	if !rests(t) {
		t.Error("a process in which all is blocked never comes to rest")
	}
}

func TestNoRestWhileAGoroutineCouldRun(t *testing.T) {
	for _, c := range []struct {
		why  string
		work func(over *atomic.Bool)
	}{
		{"it computes", spin},
		{"it yields all the time, and is runnable then", yield},
	} {
		t.Run(c.why, func(t *testing.T) {
			blockEverywhere(t)
			background(t, c.work)
			if !stirs(t) {
				t.Error("a process that computes was taken to be at rest")
			}
		})
	}
}

// Rest must begin anew after each bit of work.
func TestRestIsOverWhenWorkBegins(t *testing.T) {
	pulse.Locked(func() {
		var rest pulse.Rest
		var at time.Duration
		for try := 0; at == 0 && try < 400; try++ {
			pulse.Nap(pulse.Interval)
			at, _ = rest.Observe()
		}
		if at == 0 {
			t.Fatal("an idle process never comes to rest")
		}
		background(t, spin)
		if at, beat := rest.Observe(); at != 0 || beat.Runnable == 0 {
			t.Errorf("%v at rest beside %+v", at, beat)
		}
	})
}

// Whoever looks must not take itself for a sign of life.
func TestLookLeavesItsCallerOut(t *testing.T) {
	pulse.Locked(func() {
		for range 400 {
			if pulse.Look().Runnable == 0 {
				return
			}
			pulse.Nap(pulse.Interval)
		}
		t.Error("a process in which only the caller runs is never quiet")
	})
}
