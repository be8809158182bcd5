package command

import (
	"fmt"

	"github.com/concurrency-dojo/dojo/grader/render"
)

type nextCommand struct {
	Katas []string `arg:"" optional:"" name:"kata" help:"Tracks or katas to choose from. All without one."`
}

// Run says which kata to do next. It grades nothing.
func (c *nextCommand) Run(t terminal) error {
	root, rows, err := chosen(c.Katas)
	if err != nil {
		return err
	}
	where, err := stand(root, rows)
	if err != nil {
		return err
	}
	if err := render.Next(t.out, where.card, renderOptions(t.out)); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
