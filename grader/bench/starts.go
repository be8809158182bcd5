package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
)

// startsPerRung is how often each rung starts a program.
const startsPerRung = 40

// starts prints what the walls of each rung cost a process: the median of what it
// takes longer from start to end than one without any, turn by turn.
func (b *bench) starts(ctx context.Context, out io.Writer) error {
	nothing, err := sandbox.Program("true")
	if err != nil {
		return err
	}
	once := func(box *sandbox.Sandbox) (time.Duration, error) {
		folder, err := os.MkdirTemp(b.work, "p")
		if err != nil {
			return 0, err
		}
		defer os.RemoveAll(folder)
		start := time.Now()
		_, err = box.Run(ctx, sandbox.Command{Path: nothing, Places: box.Places(folder), Limits: report.DefaultLimits})
		return time.Since(start), err
	}
	for _, step := range sandbox.Ladder() {
		if step.Lacks != "" || step.Rung == sandbox.None {
			continue
		}
		b.Tell("(e) starts on rung " + step.Rung.String())
		box, err := sandbox.On(step.Rung)
		if err != nil {
			return err
		}
		var costs []time.Duration
		for range startsPerRung {
			bare, err := once(sandbox.Trusted)
			if err != nil {
				return err
			}
			walled, err := once(box)
			if err != nil {
				return err
			}
			costs = append(costs, walled-bare)
		}
		fmt.Fprintf(out, "%-46s %31.2f ms  at most 10\n", "(e) a process's start on rung "+step.Rung.String(), float64(median(costs).Microseconds())/1000)
	}
	return nil
}
