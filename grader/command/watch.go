package command

import (
	"context"
	"fmt"
	"os"

	"github.com/concurrency-dojo/dojo/grader/watch"
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
	root, rows, err := chosen(c.Katas)
	if err != nil {
		return err
	}
	desk := &course{root: root, rows: rows, out: t.out}
	if in, is := t.in.(*os.File); is && !c.Plain && isTerminal(in) && isTerminal(t.out) {
		desk.color = os.Getenv("NO_COLOR") == ""
		return watch.Run(ctx, root, catalogIDs(rows), desk, t.in, t.out, desk.color)
	}
	desk.color, desk.status = renderOptions(t.out).Color, t.err
	fmt.Fprintf(t.out, "Watching %d %s: save a file below katas/ and it is graded. Ctrl-C ends this.\n", len(rows), plural(len(rows), "kata", "katas"))
	return watch.Lines(ctx, root, catalogIDs(rows), desk, t.out)
}
