package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/concurrency-dojo/dojo/grader/notebook"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
	"github.com/concurrency-dojo/dojo/harness/stub"
)

type resetCommand struct {
	Kata string `arg:"" help:"The kata: track/name or a name."`
	Yes  bool   `short:"y" help:"Don't ask."`
}

func (c *resetCommand) Help() string {
	return `Puts the stub back, as git knows it. A copy of what you wrote is kept below
.dojo/kept; copy it back if you want it again.

  dojo reset boundedqueue`
}

// Run puts a kata's stub back.
func (c *resetCommand) Run(ctx context.Context, t terminal) error {
	root, kata, err := chosenOne(c.Kata)
	if err != nil {
		return err
	}
	files, err := begun(root, kata.ID)
	if err != nil {
		return err
	}
	if files == nil {
		fmt.Fprintf(t.out, "katas/%s is as it was: nothing to reset.\n", kata.ID)
		return nil
	}
	if !c.Yes && !agreed(t, fmt.Sprintf("Put the stub of %s back? A copy of your files is kept. [y/N] ", kata.ID)) {
		return usage("nothing was changed")
	}
	said, err := reset(root, kata.ID, files)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, said)
	return nil
}

// begun are the files of a learner's answer, nil if it is the stub.
func begun(root, kata string) (map[string][]byte, error) {
	own, err := source.Learner(root, []string{kata})
	if err != nil {
		return nil, err
	}
	files := own.Answers[kata].Files
	if stub.Untouched(files) {
		return nil, nil
	}
	return files, nil
}

// reset puts the stub in the place of an answer, and says where that is kept.
func reset(root, kata string, answer map[string][]byte) (said string, err error) {
	pristine, err := source.Pristine(sandbox.Best(), root, kata)
	if errors.Is(err, source.ErrNoStub) {
		return "", usage("reset %s: %w; clone or unpack dojo anew, and copy katas/%s from there", kata, err, kata)
	}
	if err != nil {
		return "", fmt.Errorf("reset %s: %w", kata, err)
	}
	kept, err := replace(root, kata, answer, pristine)
	if err != nil {
		return "", fmt.Errorf("reset %s: %w", kata, err)
	}
	return fmt.Sprintf("The stub is back in katas/%s; what you wrote is in %s.", kata, kept), nil
}

// agreed asks, and takes everything but yes for no.
func agreed(t terminal, question string) bool {
	fmt.Fprint(t.err, question)
	line, err := bufio.NewReader(t.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	if !strings.HasSuffix(line, "\n") {
		fmt.Fprintln(t.err)
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true
	}
	return false
}

// replace keeps a copy of old files before new ones take their place, and says where.
func replace(root, kata string, old, new map[string][]byte) (kept string, err error) {
	kept = filepath.Join(notebook.Folder, "kept", filepath.FromSlash(kata), time.Now().Format("2006-01-02T15.04.05.000"))
	if err := writeFiles(filepath.Join(root, kept), old); err != nil {
		return "", err
	}
	folder := filepath.Join(root, "katas", filepath.FromSlash(kata))
	if err := writeFiles(folder, new); err != nil {
		return "", err
	}
	for name := range old {
		if _, stays := new[name]; !stays {
			if err := os.Remove(filepath.Join(folder, name)); err != nil {
				return "", err
			}
		}
	}
	return kept, nil
}

func writeFiles(folder string, files map[string][]byte) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := writeFile(filepath.Join(folder, name), func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			return err
		}
	}
	return nil
}
