// Package spec is all that the specs of a kata import from this project.
//
// A spec file is plain Ginkgo and Gomega. It ends in
//
//	func TestBoundedQueue(t *testing.T) { spec.Run(t) }
//
// and is thereby guarded: whatever a spec leaves behind fails it, a data race
// fails it, and a spec that gets nowhere is ended as soon as that can be told
// from the state of the process, not after a time. Two rules follow for authors:
//
//   - Hand the spec's context to Await, or to Eventually where nothing comes from a
//     channel, and name no timeout: it fails when the process has come to rest and
//     what is expected still isn't so.
//   - Never block outside the answer but in these, Gate or a channel that ctx ends.
package spec

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/concurrency-dojo/dojo/harness/pulse"
)

// Run runs the specs of this package under plain go test. A kata whose stub
// nobody has touched is skipped with a word on how to start.
func Run(t *testing.T) { runPlain(t) }

// Main runs the specs that the parent asks for, in a binary that holds those of
// several katas. It does not return.
func Main() { runGraded() }

// Worth sets what a spec gives; without it, one point.
func Worth(points int) Labels { return worth(points) }

// Go calls f in a goroutine of its own and returns its result on a channel. A
// panic in f fails the spec.
func Go[T any](f func() T) <-chan T {
	result := make(chan T, 1)
	go call(func() { result <- f() })
	return result
}

// Returned calls f in a goroutine of its own and closes the channel when it returns.
// A panic in f fails the spec, and the channel stays open.
func Returned(f func()) <-chan struct{} {
	done := make(chan struct{})
	go call(func() {
		f()
		close(done)
	})
	return done
}

// idleWindow is how long Idle looks. It is no bound that a slow machine could
// miss: what is looked for is the state of threads, not how far they get.
const idleWindow = 100 * time.Millisecond

// mostWindows is for what looks as if it could run for ever and takes no processor: a
// system call that the runtime knows nothing of.
const mostWindows = 50

// pollingWindows is in how many windows somebody must have woken up, if nothing else
// speaks against them.
const pollingWindows = 5

// Steady waits, as Quiet does, until everything is blocked, and reports whether a count
// stays what it is then while Idle would look: of what nothing should make happen. It
// judges nothing. In a window a crowded machine may give nobody a turn, so that one
// proves little.
func Steady(ctx context.Context, count func() int) bool {
	Quiet(ctx)
	before := count()
	pulse.Measure(2 * idleWindow)
	return count() == before
}

// Idle waits, as Quiet does, until everything in the process and its children is
// blocked, and fails the spec, with the verdict "busy", if it doesn't stay so:
// whoever waits does it by spinning or by polling. Call it while no Eventually
// polls beside it.
func Idle(ctx context.Context) {
	GinkgoHelper()
	Quiet(ctx)
	burn := pulse.Measure(idleWindow)
	if burn.Idle() {
		return
	}
	// Something else of the machine may have needed a moment: look once more, and then
	// for as long as it takes to tell who spins from who has to wait for a processor.
	// Who was woken once, by what ended late, may come by in two windows; who polls comes
	// by in all of them.
	var spent time.Duration
	woken := 0
	for range mostWindows {
		if burn = pulse.Measure(2 * idleWindow); burn.Idle() {
			return
		}
		spent += burn.CPU
		if burn.OnlyWoken() {
			woken++
		}
		if !burn.Starved(spent) && !(burn.OnlyWoken() && woken < pollingWindows) || ctx.Err() != nil {
			break
		}
	}
	theWatchdog.note(burn)
	Fail(burn.String())
}
