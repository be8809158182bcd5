package command

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/render"
	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/source"
	"github.com/concurrency-dojo/dojo/katas"
)

type gradeCommand struct {
	Katas     []string `arg:"" optional:"" name:"kata" help:"Katas to grade: track/name, a name, or a track. All without one."`
	From      string   `type:"path" placeholder:"DIR" help:"Grade the answers in a folder: a copy of this project, its katas folder, or the files of one kata."`
	Solutions bool     `help:"Grade the reference solutions."`
	Wrong     string   `placeholder:"NAME" help:"Grade the wrong solution of that name."`
	Out       []string `sep:"none" placeholder:"FORMAT=FILE" help:"Also write the scorecard to a file, - for standard output. Formats: json, terminal. May be given several times."`
	Repeat    int      `help:"Run each spec so many times, as long as it passes: first as it is, then with its schedule disturbed. Without it, as often as about three seconds per kata allow."`
	Seed      uint64   `help:"Seed of inputs and order; 0 draws one." default:"0"`
	Verbose   bool     `short:"v" help:"Show every failing spec and all the evidence."`
}

func (c *gradeCommand) Help() string {
	return `Examples:

  dojo grade                              all katas of this checkout
  dojo grade sync/boundedqueue            one of them
  dojo grade net coro --repeat 20         two tracks, twenty times
  dojo grade --from ../alice --out json=alice.json
  dojo grade --solutions                  the references

Exit status: 0 all points, 1 points lost, 2 usage or bad input, 3 a fault of
dojo's own, 130 interrupted (the scorecard then shows what was finished).`
}

// Run grades and prints the scorecard.
func (c *gradeCommand) Run(ctx context.Context, t terminal) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	rows, err := selectKatas(c.Katas)
	if err != nil {
		return err
	}
	outs, err := parseOuts(c.Out)
	if err != nil {
		return err
	}
	if c.Repeat < 0 {
		return usage("--repeat takes a number from 1 on")
	}
	staging, err := os.MkdirTemp("", "dojo")
	if err != nil {
		return err
	}
	defer os.RemoveAll(staging)
	src, rows, err := c.source(root, staging, rows)
	if err != nil {
		return err
	}
	card, failed := c.grade(ctx, t, root, src, rows)
	if failed != nil && len(card.Katas) == 0 {
		return failed
	}
	if err := c.print(t, outs, card); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	return verdict(card)
}

// source opens what is to be graded, and leaves out the katas that it can't be
// about: a wrong solution answers one kata, not all.
func (c *gradeCommand) source(root, staging string, rows []katas.Kata) (source.Source, []katas.Kata, error) {
	ids := catalogIDs(rows)
	var src source.Source
	var err error
	switch {
	case c.Solutions && (c.Wrong != "" || c.From != "") || c.Wrong != "" && c.From != "":
		return src, nil, usage("--from, --solutions and --wrong exclude each other")
	case c.Solutions:
		src, err = source.Reference(root, ids)
	case c.Wrong != "":
		src, err = source.Wrong(root, ids, c.Wrong)
	case c.From != "":
		src, err = source.Submission(c.From, staging, ids)
	default:
		src, err = source.Learner(root, ids)
	}
	if err != nil {
		return src, nil, usageError{err}
	}
	if c.Wrong == "" {
		return src, rows, nil
	}
	var left []katas.Kata
	for _, row := range rows {
		if _, there := src.Answers[row.ID]; there {
			left = append(left, row)
		}
	}
	return src, left, nil
}

// drawSeed draws one that disturbs nothing and is short enough to be typed
// again.
func drawSeed() uint64 { return report.SeedStep * (1 + rand.Uint64N(999)) }

// grade makes the scorecard.
func (c *gradeCommand) grade(ctx context.Context, t terminal, root string, src source.Source, rows []katas.Kata) (score.Scorecard, error) {
	toolchain, err := probe(ctx)
	if err != nil {
		return score.Scorecard{}, err
	}
	all, err := curriculum(root, rows)
	if err != nil {
		return score.Scorecard{}, err
	}
	seed := c.Seed
	if seed == 0 {
		seed = drawSeed()
	}
	progress := newProgress(t.err)
	cards, failed := session.Grade(ctx, src, all, run.Options{
		Root: root, Toolchain: toolchain, Repeat: c.Repeat, Budget: run.DefaultBudget, Seed: seed, Progress: progress.tell,
	})
	progress.end()
	return score.Sum(
		score.Source{Kind: string(src.Kind), Name: src.Name, Digest: src.Digest()},
		score.EnvironmentOf(toolchain.Environment(), seed), cards), failed
}

// probe looks for the compiler; a Go that is too old is the user's to replace.
func probe(ctx context.Context) (run.Toolchain, error) {
	toolchain, err := run.Probe(ctx)
	if err != nil {
		return toolchain, usageError{err}
	}
	return toolchain, nil
}

// curriculum joins the catalogue's rows with the specs.
func curriculum(root string, rows []katas.Kata) ([]session.Kata, error) {
	known, err := syllabus(root, rows)
	if err != nil {
		return nil, err
	}
	var all []session.Kata
	for i, row := range rows {
		kata := session.Kata{Kata: known[i], Linux: row.Linux, Limits: row.Limits}
		kata.Policy.Imports = row.Imports
		if row.Linux {
			kata.Policy.Constraint = "//go:build linux"
		}
		all = append(all, kata)
	}
	return all, nil
}

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
// and to every --out.
func (c *gradeCommand) print(t terminal, outs []output, card score.Scorecard) error {
	options := renderOptions(t.out)
	options.Verbose = c.Verbose
	claimed := false
	for _, out := range outs {
		if out.file == "-" {
			claimed = true
			if err := out.format.Render(t.out, card, options); err != nil {
				return fmt.Errorf("write the scorecard: %w", err)
			}
			continue
		}
		if err := writeFile(out.file, func(w io.Writer) error { return out.format.Render(w, card, render.Options{}) }); err != nil {
			return usageError{err}
		}
	}
	if claimed {
		return nil
	}
	terminal, _ := render.Lookup("terminal")
	return terminal.Render(t.out, card, options)
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

// verdict is the exit status of a grading.
func verdict(card score.Scorecard) error {
	var lost error
	for _, kata := range card.Katas {
		switch kata.Verdict {
		case score.KataVoid:
			return fmt.Errorf("a part of the grading is void, by a fault of dojo's own: %s: %s", kata.ID, kata.Message)
		case score.KataPass, score.KataSkipped:
		default:
			lost = errLost
		}
	}
	return lost
}
