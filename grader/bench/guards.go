package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// guards prints what the guards cost a spec: the median, over all specs, of the
// difference between a run with and one without.
func (b *bench) guards(ctx context.Context, out io.Writer) error {
	b.Tell("(c) guards on and off")
	references, err := source.Reference(b.Root, b.ids())
	if err != nil {
		return err
	}
	times := map[bool]map[string]time.Duration{}
	for _, unguarded := range []bool{false, true} {
		reports, err := session.Observe(ctx, references, b.Katas, run.Options{
			Root: b.Root, Toolchain: b.Toolchain, Repeat: b.Runs, Apart: true, Parallel: 1, Unguarded: unguarded,
		})
		if err != nil {
			return err
		}
		all := map[string][]time.Duration{}
		for _, seen := range reports {
			for _, run := range seen.Runs {
				for id, outcome := range run.Outcomes {
					all[id] = append(all[id], outcome.Wall)
				}
			}
		}
		times[unguarded] = map[string]time.Duration{}
		for id, walls := range all {
			times[unguarded][id] = median(walls)
		}
	}
	var costs []time.Duration
	for id, wall := range times[false] {
		costs = append(costs, wall-times[true][id])
	}
	slices.Sort(costs)
	fmt.Fprintf(out, "%-46s %31.2f ms  at most 3\n", "(c) guards, per spec (median of all specs)", float64(median(costs).Microseconds())/1000)
	return nil
}
