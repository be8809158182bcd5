package command

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/concurrency-dojo/dojo/grader/watch"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
)

type watchCommand struct {
	Katas []string `arg:"" optional:"" name:"kata" help:"Katas or tracks to watch. All without one."`
	Plain bool     `help:"Print line by line, as where there is no terminal."`
}

func (c *watchCommand) Help() string {
	return `Sits beside your editor: save a file of a kata and it is graded. On a terminal
there are keys, ? shows them; elsewhere lines are printed.

  dojo watch                  all katas
  dojo watch sync             a track
  dojo watch tally --plain    one kata, without a screen of its own`
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
	if in, is := t.in.(*os.File); is && !c.Plain && isTerminal(in) && isTerminal(t.out) {
		color := os.Getenv("NO_COLOR") == ""
		return watch.Run(ctx, root, catalogIDs(rows), &course{root: root, rows: rows, out: t.out, color: color}, t.in, t.out, color)
	}
	fmt.Fprintf(t.out, "Watching %d %s: save a file below katas/ and it is graded. Ctrl-C ends this.\n", len(rows), plural(len(rows), "kata", "katas"))
	return watch.Saves(ctx, root, catalogIDs(rows), nil, func(ctx context.Context, ids []string) (done bool) {
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
		_, err := more.print(t, nil, card, src)
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
