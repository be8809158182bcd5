package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/concurrency-dojo/dojo/grader/watch"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
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
	return watch.Katas(ctx, root, catalogIDs(rows), func(ctx context.Context, ids []string) (done bool) {
		return gradeSaved(ctx, t, root, ids)
	})
}

// gradeSaved shows a first run at once, and if nothing speaks against it goes on
// behind it, until the next save. It reports whether the first run was shown.
func gradeSaved(ctx context.Context, t terminal, root string, ids []string) (done bool) {
	first := gradeCommand{Katas: ids, Repeat: 1}
	err := first.Run(ctx, t)
	if ctx.Err() != nil {
		return false
	}
	if err == nil {
		err = gradeBehind(ctx, t, root, ids)
	}
	if err != nil && !errors.Is(err, errLost) && ctx.Err() == nil {
		fmt.Fprintln(t.err, "dojo:", err)
	}
	return true
}

// gradeBehind runs what passed again with its schedule disturbed, and says more
// only if that finds something.
func gradeBehind(ctx context.Context, t terminal, root string, ids []string) error {
	rows, err := selectKatas(ids)
	if err != nil {
		return err
	}
	src, err := source.Learner(root, ids)
	if err != nil {
		return err
	}
	more := gradeCommand{}
	card, err := more.grade(ctx, t, root, src, rows, sandbox.Best())
	if err != nil {
		return err
	}
	if verdict(card) != nil {
		_, err := more.print(t, nil, card)
		return err
	}
	most := 0
	for _, kata := range card.Katas {
		for _, spec := range kata.Specs {
			most = max(most, spec.Runs.Total)
		}
	}
	fmt.Fprintf(t.out, "Passed again, up to %d times, with the schedule disturbed.\n", most)
	return nil
}
