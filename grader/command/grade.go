package command

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
	"github.com/concurrency-dojo/dojo/katas"
)

type gradeCommand struct {
	Katas     []string `arg:"" optional:"" name:"kata" help:"Katas to grade: track/name, a name, or a track. All without one."`
	From      string   `type:"path" placeholder:"DIR|ARCHIVE" help:"Grade the answers in a folder, a zip, tar or tar.gz archive, a bare git repository, or REPOSITORY@REVISION: a copy of this project, its katas folder, or the files of one kata."`
	Solutions bool     `help:"Grade the reference solutions."`
	Right     string   `placeholder:"NAME" help:"Grade the other right solution of that name."`
	Wrong     string   `placeholder:"NAME" help:"Grade the wrong solution of that name."`
	Out       []string `sep:"none" placeholder:"FORMAT=FILE" help:"Also write the scorecard to a file, - for standard output. Formats: autolab, classroom50, csv, exercism, github, gradescope, html, json, junit, markdown, problems, terminal. May be given several times."`
	Sign      string   `type:"path" placeholder:"KEY" help:"Sign each file that --out writes: its signature is in FILE.sig. dojo keys makes a key, dojo verify checks."`
	Repeat    int      `help:"Run each spec so many times, unless it always fails: first as it is, then with its schedule disturbed. Without it, as often as about three seconds per kata allow, and half of that where there are more of them than run at once."`
	Seed      uint64   `help:"Seed of inputs and order; 0 draws one." default:"0"`
	boxFlags
	Trust   bool    `help:"Grade a submission even where the sandbox is too weak for code of strangers."`
	Picture bool    `short:"p" help:"Run the first specs that fail once more and draw what their goroutines and processes did. With --out html as well."`
	Minimum minimum `placeholder:"SCORE" help:"Exit with 0 from this score on: points, or a share such as 80%."`
	Quiet   bool    `short:"q" help:"Print the score alone, and no progress."`
	Verbose bool    `short:"v" help:"Show every failing spec and all the evidence."`
}

func (c *gradeCommand) Help() string {
	return `Examples:

  dojo grade                              all katas of this checkout
  dojo grade sync/boundedqueue            one of them
  dojo grade net coro --repeat 20         two tracks, twenty times
  dojo grade --from ../alice --out json=alice.json
  dojo grade sync/lock --picture          who waited for whom, when and where
  dojo grade --out html=score.html        the scorecard as a page
  dojo grade --out json=score.json --sign dojo.key
  dojo grade --from ../class/bob.zip
  dojo grade --from ../class/carol.git@a1b2c3d
  dojo grade --solutions                  the references
  dojo grade sync --minimum 80% --quiet   for scripts

Exit status: 0 all points, or the minimum, 1 less than that, 2 usage or bad input, 3 a fault of
dojo's own, 130 interrupted (the scorecard then shows what was finished).`
}

// Run grades and prints the scorecard.
func (c *gradeCommand) Run(ctx context.Context, t terminal) error {
	root, rows, err := chosen(c.Katas)
	if err != nil {
		return err
	}
	outs, err := parseOuts(c.Out)
	if err != nil {
		return err
	}
	// The key is read before anything of the submission runs.
	signed, err := c.signer(outs)
	if err != nil {
		return err
	}
	c.Picture = c.Picture || slices.ContainsFunc(outs, func(o output) bool { return o.format.Name == "html" })
	if c.Repeat < 0 {
		return usage("--repeat takes a number from 1 on")
	}
	staging, remove, err := sandbox.Temp()
	if err != nil {
		return err
	}
	defer remove()
	box, err := c.boxFlags.open()
	if err != nil {
		return err
	}
	if c.From != "" {
		if err := mayHold(box, c.Trust); err != nil {
			return err
		}
	}
	src, rows, err := c.source(root, staging, rows, box)
	if err != nil {
		return err
	}
	before := solved(root, src, rows)
	card, failed := c.grade(ctx, t, root, src, rows, box)
	if failed != nil && len(card.Katas) == 0 {
		return failed
	}
	claimed, err := c.print(t, outs, card, src, signed)
	if err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	if src.Kind == source.KindLearner && !claimed && !c.Quiet {
		if err := praise(t, root, before, card); err != nil {
			return err
		}
	}
	return verdict(card, c.Minimum)
}

// source opens what is to be graded, and leaves out the katas that it can't be
// about: a right or wrong solution of a name answers one kata, not all.
func (c *gradeCommand) source(root, staging string, rows []katas.Kata, box *sandbox.Sandbox) (source.Source, []katas.Kata, error) {
	ids := catalogIDs(rows)
	var src source.Source
	var err error
	switch {
	case c.sources() > 1:
		return src, nil, usage("--from, --solutions, --right and --wrong exclude each other")
	case c.Solutions:
		src, err = source.Reference(root, ids)
	case c.Right != "":
		src, err = source.Example(root, ids, source.KindRight, c.Right)
	case c.Wrong != "":
		src, err = source.Example(root, ids, source.KindWrong, c.Wrong)
	case c.From != "":
		src, err = source.Submission(c.From, staging, ids, box)
	default:
		src, err = source.Learner(root, ids)
	}
	if err != nil {
		return src, nil, usageError{err}
	}
	if src.Kind != source.KindRight && src.Kind != source.KindWrong {
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

// sources is how many of the flags are given that say what is to be graded.
func (c *gradeCommand) sources() (given int) {
	for _, is := range []bool{c.From != "", c.Solutions, c.Right != "", c.Wrong != ""} {
		if is {
			given++
		}
	}
	return given
}

// drawSeed draws one that disturbs nothing and is short enough to be typed
// again.
func drawSeed() uint64 { return report.SeedStep * (1 + rand.Uint64N(999)) }

// grade makes the scorecard, under a status line.
func (c *gradeCommand) grade(ctx context.Context, t terminal, root string, src source.Source, rows []katas.Kata, box *sandbox.Sandbox) (score.Scorecard, error) {
	if c.Quiet {
		return c.graded(ctx, root, src, rows, box, nil)
	}
	progress := newStatusLine(t.err)
	defer progress.end()
	return c.graded(ctx, root, src, rows, box, progress.tell)
}

// graded makes the scorecard, and tells of each step.
func (c *gradeCommand) graded(ctx context.Context, root string, src source.Source, rows []katas.Kata, box *sandbox.Sandbox, tell func(run.Progress)) (score.Scorecard, error) {
	toolchain, err := probe(ctx)
	if err != nil {
		return score.Scorecard{}, err
	}
	all, err := curriculum(root, rows)
	if err != nil {
		return score.Scorecard{}, err
	}
	for i := range all {
		all[i].Again = c.again(all[i].ID)
	}
	seed := c.Seed
	if seed == 0 {
		seed = drawSeed()
	}
	var allowance run.Allowance
	if c.From != "" {
		allowance = run.Allowance(katas.Submission)
	}
	cards, failed := session.Grade(ctx, src, all, run.Options{
		Root: root, Toolchain: toolchain, Repeat: c.Repeat, Budget: run.BudgetOf(len(all)), Allowance: allowance, Sandbox: box, Seed: seed,
		Record:   c.Picture,
		Progress: tell,
	})
	if src.Kind == source.KindLearner {
		if err := remember(root, src, cards); err != nil && failed == nil {
			failed = err
		}
	}
	return score.Sum(
		score.Source{Kind: string(src.Kind), Name: src.Name, Digest: src.Digest()},
		score.EnvironmentOf(toolchain.Environment(box), seed), cards), failed
}

// again is how one kata is graded again; empty for the learner's own answer, for
// which there is make grade.
func (c *gradeCommand) again(id string) string {
	command := "bin/dojo grade " + id
	switch {
	case c.From != "":
		return command + " --from " + quoted(c.From)
	case c.Right != "":
		return command + " --right " + c.Right
	case c.Wrong != "":
		return command + " --wrong " + c.Wrong
	case c.Solutions:
		return command + " --solutions"
	}
	return ""
}

// quoted writes a path so that a shell reads it as one word.
func quoted(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("/._-@+,", r)
	}) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
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

// verdict is the exit status of a grading.
func verdict(card score.Scorecard, least minimum) error {
	lost := false
	for _, kata := range card.Katas {
		switch kata.Verdict {
		case score.KataVoid:
			return fmt.Errorf("a part of the grading is void, by a fault of dojo's own: %s: %s", kata.ID, kata.Message)
		case score.KataPass, score.KataSkipped:
		default:
			lost = true
		}
	}
	if least.given {
		reached, err := least.reached(card)
		if err != nil {
			return err
		}
		lost = !reached
	}
	if lost {
		return errLost
	}
	return nil
}
