package command

import (
	"fmt"

	"github.com/concurrency-dojo/dojo/grader/lesson"
)

type showCommand struct {
	Kata string `arg:"" help:"The kata: track/name or a name."`
}

// Run prints the brief, which is the comment of doc.go.
func (c *showCommand) Run(t terminal) error {
	root, kata, err := chosenOne(c.Kata)
	if err != nil {
		return err
	}
	text, err := lesson.Brief(root, kata.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: %s\nlevel %d, %d points\n\n%s\nread   katas/%s/doc.go\nwrite  katas/%s/%s.go\ngrade  make grade KATA=%s\n",
		kata.ID, kata.Title, kata.Level, kata.Points, text, kata.ID, kata.ID, kata.Name(), kata.ID)
	return nil
}
