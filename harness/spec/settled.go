package spec

import (
	"context"
	"runtime"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/concurrency-dojo/dojo/harness/pulse"
)

// settleCPU is how much processor time callers may spend until they must be
// blocked: far more than any wait needs to begin, whatever else the machine does.
const settleCPU = time.Second

// Quiet waits until everything in the process and its children is blocked. It
// stands where a careless test sleeps to let things happen. Callers that never
// block, because they spin, fail the spec as "busy".
func Quiet(ctx context.Context) {
	GinkgoHelper()
	if settle(ctx) {
		return
	}
	if ctx.Err() != nil {
		Fail("the spec was ended before its callers were blocked")
	}
	theWatchdog.note(pulse.Burn{Working: pulse.AtWork()})
	Fail("callers that should wait never block: they spin or poll")
}

// Settled waits until everything is blocked, as Quiet does, and fails the spec if
// one of the calls has returned by then: between "start a caller that must wait"
// and the event that it waits for.
func Settled[T any](ctx context.Context, calls ...<-chan T) {
	GinkgoHelper()
	Quiet(ctx)
	for _, call := range calls {
		if len(call) > 0 {
			Fail("a call came back that should still be waiting")
		}
	}
}

// settle returns true once two looks in a row find nothing that could run.
func settle(ctx context.Context) bool {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	runtime.Gosched()
	start := pulse.Look()
	for quiet := start.Runnable == 0; ; {
		pulse.Nap(time.Millisecond)
		beat := pulse.Look()
		switch was := quiet; {
		case ctx.Err() != nil, beat.CPU-start.CPU > settleCPU:
			return false
		case beat.Runnable > 0:
			quiet = false
			runtime.Gosched()
		case was:
			return true
		default:
			quiet = true
		}
	}
}
