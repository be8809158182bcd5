package guard

import (
	"bytes"
	"fmt"
	"runtime/pprof"
	"strconv"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// residents are the functions whose goroutines live as long as the process:
// those of Ginkgo, of package testing, of the runtime and of ours.
var residents = []string{
	"os/signal.loop",
	"os/signal.signal_recv",
	"runtime.ensureSigM",
	"testing.(*T).Run",
	"testing.(*M).",
	"testing.tRunner",
	"github.com/onsi/ginkgo/v2",
	"github.com/concurrency-dojo/dojo/harness/attest.dieWithParent",
	"github.com/concurrency-dojo/dojo/harness/spec.(*watchdog)",
}

// goroutines sees those that are not residents and are not running this very
// function. Identities are never reused by the runtime.
func goroutines(Options) found {
	all := found{}
	for i, g := range stack.All() {
		// The first of a dump is the caller.
		if i == 0 || resident(g) {
			continue
		}
		all[strconv.FormatUint(g.ID, 10)] = leakOf(g)
	}
	return all
}

func resident(g stack.Goroutine) bool {
	for _, function := range residents {
		if g.Calls(function) || g.Created(function) {
			return true
		}
	}
	return len(g.Frames) == 0
}

func leakOf(g stack.Goroutine) report.Leak {
	seen := g.Report()
	what := fmt.Sprintf("goroutine %d [%s]", g.ID, g.State)
	if len(g.Frames) > 0 && len(seen.Where) == 0 {
		what += " in " + g.Frames[0].Function
	}
	if seen.Born.File == "" && g.Creator.Function != "" {
		what += ", started by " + g.Creator.Function
	}
	return report.Leak{What: what, Where: seen.Where, Born: seen.Born}
}

// unreachable asks the runtime which goroutines can never run again, because
// nothing that lives refers to what they wait for. It is evidence without any
// waiting, but needs GOEXPERIMENT=goroutineleakprofile and costs a collection.
func unreachable() map[string]bool {
	profile := pprof.Lookup("goroutineleak")
	if profile == nil {
		return nil
	}
	var dump bytes.Buffer
	if profile.WriteTo(&dump, 2) != nil {
		return nil
	}
	lost := map[string]bool{}
	for _, g := range stack.Parse(dump.Bytes()) {
		if g.Leaked {
			lost[strconv.FormatUint(g.ID, 10)] = true
		}
	}
	return lost
}
