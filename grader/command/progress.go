package command

import (
	"context"
	"fmt"

	"github.com/concurrency-dojo/dojo/grader/render"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
)

type progressCommand struct {
	Katas []string `arg:"" optional:"" name:"kata" help:"Katas or tracks. All without one."`
}

// Run shows how far the learner has come. What was changed since it was last graded
// is graded first.
func (c *progressCommand) Run(ctx context.Context, t terminal) error {
	root, rows, err := chosen(c.Katas)
	if err != nil {
		return err
	}
	where, err := stand(root, rows)
	if err != nil {
		return err
	}
	if len(where.unknown) > 0 {
		unknown, err := selectKatas(where.unknown)
		if err != nil {
			return err
		}
		src, err := source.Learner(root, where.unknown)
		if err != nil {
			return err
		}
		if _, err := new(gradeCommand).grade(ctx, t, root, src, unknown, sandbox.Best()); err != nil {
			return err
		}
		if where, err = stand(root, rows); err != nil {
			return err
		}
	}
	if err := render.Progress(t.out, where.card, renderOptions(t.out)); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
