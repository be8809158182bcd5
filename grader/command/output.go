package command

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"time"

	"github.com/concurrency-dojo/dojo/grader/render"
	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// output is one --out.
type output struct {
	format render.Format
	file   string
}

func parseOuts(texts []string) ([]output, error) {
	var outs []output
	for _, text := range texts {
		name, file, found := strings.Cut(text, "=")
		format, known := render.Lookup(name)
		if !found || file == "" || !known {
			var names []string
			for _, f := range render.Formats {
				names = append(names, f.Name)
			}
			return nil, usage("--out %s: give FORMAT=FILE with one of the formats %s", text, strings.Join(names, ", "))
		}
		outs = append(outs, output{format, file})
	}
	return outs, nil
}

// print writes the scorecard for people, unless an --out claims standard output,
// and to every --out. It reports whether one does.
func (c *gradeCommand) print(t terminal, outs []output, card score.Scorecard, src source.Source, signed signer) (claimed bool, err error) {
	options := renderOptions(t.out)
	options.Verbose, options.Source, options.Env, options.Now = c.Verbose, texts(src), os.Getenv, time.Now
	// A file has no colours, and a width of its own.
	plain := render.Options{Source: options.Source, Env: options.Env, Now: options.Now}
	for _, out := range outs {
		if out.file == "-" {
			claimed = true
			if err := out.format.Render(t.out, card, options); err != nil {
				return claimed, fmt.Errorf("write the scorecard: %w", err)
			}
			continue
		}
		var text bytes.Buffer
		if err := out.format.Render(&text, card, plain); err != nil {
			return claimed, fmt.Errorf("write the scorecard: %w", err)
		}
		if err := signed.write(out.file, text.Bytes()); err != nil {
			return claimed, usageError{err}
		}
	}
	if claimed {
		return claimed, nil
	}
	if c.Quiet {
		_, err := fmt.Fprintf(t.out, "%d/%d points\n", card.Score, card.Max)
		return claimed, err
	}
	terminal, _ := render.Lookup("terminal")
	return claimed, terminal.Render(t.out, card, options)
}

// texts finds the text of a graded file by the name that a scorecard gives it.
func texts(src source.Source) func(file string) string {
	return func(file string) string {
		kata := strings.TrimPrefix(path.Dir(file), "katas/")
		return string(src.Answers[kata].Files[path.Base(file)])
	}
}

// writeFile writes a whole file or none: it is renamed to its name at the end.
func writeFile(name string, write func(io.Writer) error) error {
	file, err := os.Create(name + ".part")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	err = write(file)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(name+".part", name)
	}
	if err != nil {
		os.Remove(name + ".part")
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
