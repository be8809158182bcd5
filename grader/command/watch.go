package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/concurrency-dojo/dojo/grader/watch"
)

type watchCommand struct {
	Katas []string `arg:"" optional:"" name:"kata" help:"Katas or tracks to watch. All without one."`
}

// Run grades what is saved until it is interrupted.
func (c *watchCommand) Run(ctx context.Context, t terminal) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	rows, err := selectKatas(c.Katas)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "Watching %d %s: save a file below katas/ and it is graded. Ctrl-C ends this.\n", len(rows), plural(len(rows), "kata", "katas"))
	return watch.Katas(ctx, root, catalogIDs(rows), func(ids []string) {
		grade := gradeCommand{Katas: ids, Repeat: 1}
		if err := grade.Run(ctx, t); err != nil && !errors.Is(err, errLost) && ctx.Err() == nil {
			fmt.Fprintln(t.err, "dojo:", err)
		}
	})
}
