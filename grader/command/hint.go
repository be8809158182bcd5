package command

import (
	"fmt"
	"io"

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
	root, kata, err := chosenOne(c.Kata)
	if err != nil {
		return err
	}
	text, err := hint(root, kata.ID, c.Level)
	if err != nil {
		return err
	}
	_, err = io.WriteString(t.out, text)
	return err
}

// hint is one of a kata's, at level 0 the first that was not seen, and remembers
// that it was.
func hint(root, kata string, level int) (string, error) {
	all, err := lesson.Hints(root, kata)
	if err != nil {
		return "", err
	}
	if level == 0 {
		level = min(notebook.Read(root).Hints[kata]+1, len(all))
	}
	if level < 1 || level > len(all) {
		return "", usage("--level takes 1 to %d", len(all))
	}
	text := all[level-1] + "\n"
	if level < len(all) {
		text += fmt.Sprintf("\nmore: make hint KATA=%s\n", kata)
	}
	return text, notebook.Write(root, func(n *notebook.Notebook) { n.Hints[kata] = max(n.Hints[kata], level) })
}
