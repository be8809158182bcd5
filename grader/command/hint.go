package command

import (
	"fmt"

	"github.com/concurrency-dojo/dojo/grader/lesson"
	"github.com/concurrency-dojo/dojo/grader/notebook"
)

type hintCommand struct {
	Kata  string `arg:"" help:"The kata: track/name or a name."`
	Level int    `help:"1 says where to look, 2 which tool, 3 the idea. Without it, the first that you have not seen."`
}

func (c *hintCommand) Help() string {
	return `Examples:

  dojo hint boundedqueue              the next hint
  dojo hint boundedqueue --level 1    the first one, again

Which hints you have seen is kept in .dojo/notebook.json.`
}

// Run prints one hint, and remembers that it was seen.
func (c *hintCommand) Run(t terminal) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	kata, err := selectKata(c.Kata)
	if err != nil {
		return err
	}
	all, err := lesson.Hints(root, kata.ID)
	if err != nil {
		return err
	}
	level := c.Level
	if level == 0 {
		level = min(notebook.Read(root).Hints[kata.ID]+1, len(all))
	}
	if level < 1 || level > len(all) {
		return usage("--level takes 1 to %d", len(all))
	}
	fmt.Fprintf(t.out, "%s\n", all[level-1])
	if level < len(all) {
		fmt.Fprintf(t.out, "\nmore: make hint KATA=%s\n", kata.ID)
	}
	return notebook.Write(root, func(n *notebook.Notebook) { n.Hints[kata.ID] = max(n.Hints[kata.ID], level) })
}
