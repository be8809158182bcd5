package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/concurrency-dojo/dojo/grader/outline"
	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// Corpus is a set of small programs, each with one real concurrency bug and its
// fix. It says how many bugs one grading finds, and whether a right program is
// ever blamed. It lies in harness/testdata/corpus.
type Corpus struct {
	// Tree is a project root of its own, which has the programs for katas.
	Tree  string
	katas []score.Kata
}

// Side is which of the two texts of each program is run.
type Side string

const (
	Bug Side = "bug"
	Fix Side = "fix"
)

// corpus prints how many bugs of the corpus a single run and a default grading
// find, and how many of the fixes are blamed.
func (b *bench) corpus(ctx context.Context, out io.Writer) error {
	corpus, err := LayCorpus(b.Root, filepath.Join(b.work, track))
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	fmt.Fprintf(out, "\n%-46s %12s %8s\n", "corpus of real bugs, fraction failed", "of", "")
	for _, row := range []struct {
		name   string
		side   Side
		runs   int
		budget time.Duration
	}{
		{"bugs, a single run", Bug, 1, 0},
		{"bugs, a default grading", Bug, 0, run.DefaultBudget},
		{"fixes, 20 runs each", Fix, 20, 0},
	} {
		b.Tell(row.name)
		cards, err := corpus.Run(ctx, row.side, run.Options{Toolchain: b.Toolchain, Repeat: row.runs, Budget: row.budget})
		if err != nil {
			return fmt.Errorf("bench: %s: %w", row.name, err)
		}
		failed := 0
		for _, card := range cards {
			if card.Verdict != score.KataPass {
				failed++
			}
		}
		fmt.Fprintf(out, "%-46s %12d %7.0f %%\n", row.name, len(cards), 100*float64(failed)/float64(len(cards)))
	}
	return nil
}

// track is the folder below katas that the programs are laid into.
const track = "corpus"

// LayCorpus lays the programs of the project at root out as katas in the empty
// folder tree: the bugs as wrong solutions, the fixes as references. Names
// choose some of them; none means all.
func LayCorpus(root, tree string, names ...string) (*Corpus, error) {
	if err := LayTree(root, tree); err != nil {
		return nil, err
	}
	if len(names) == 0 {
		folders, err := filepath.Glob(filepath.Join(root, "harness", "testdata", track, "*"))
		if err != nil || len(folders) == 0 {
			return nil, errors.Join(err, fmt.Errorf("%s has no corpus", root))
		}
		for _, folder := range folders {
			names = append(names, filepath.Base(folder))
		}
	}
	c := &Corpus{Tree: tree}
	for _, name := range names {
		from, id := filepath.Join(root, "harness", "testdata", track, name), track+"/"+name
		for there, here := range map[string]string{
			filepath.Join("katas", id, name+".go"):                  "fix/" + name + ".go",
			filepath.Join("katas", id, name+"_test.go"):             name + "_test.go",
			filepath.Join("solutions", id, name+".go"):              "fix/" + name + ".go",
			filepath.Join("solutions", id, "wrong/bug", name+".go"): "bug/" + name + ".go",
		} {
			if err := copyFile(filepath.Join(from, here), filepath.Join(tree, there)); err != nil {
				return nil, err
			}
		}
		specs, err := outline.Read(tree, id)
		if err != nil {
			return nil, err
		}
		c.katas = append(c.katas, score.Kata{ID: id, Title: name, Specs: specs})
	}
	return c, nil
}

// Run grades one side of every program and returns the cards, in order.
func (c *Corpus) Run(ctx context.Context, side Side, o run.Options) ([]score.KataCard, error) {
	o.Root = c.Tree
	var ids []string
	var jobs []run.Job
	for _, kata := range c.katas {
		job := run.Job{Kata: kata.ID, Limits: report.DefaultLimits}
		for _, spec := range kata.Specs {
			job.Specs = append(job.Specs, spec.ID)
		}
		ids, jobs = append(ids, kata.ID), append(jobs, job)
	}
	src, err := source.Reference(c.Tree, ids)
	if side == Bug {
		src, err = source.Example(c.Tree, ids, source.KindWrong, "bug")
	}
	if err != nil {
		return nil, err
	}
	reports, err := run.Grade(ctx, src, jobs, o)
	if err != nil {
		return nil, err
	}
	var cards []score.KataCard
	for i, seen := range reports {
		cards = append(cards, score.Judge(c.katas[i], seen))
	}
	return cards, nil
}

// LayTree makes the empty folder tree a root of its own that has no katas yet.
func LayTree(root, tree string) error {
	for _, file := range []string{"go.mod", "go.sum"} {
		if err := copyFile(filepath.Join(root, file), filepath.Join(tree, file)); err != nil {
			return err
		}
	}
	return copyHarness(filepath.Join(root, "harness"), filepath.Join(tree, "harness"))
}

// copyHarness copies what a graded binary is built from.
func copyHarness(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "testdata":
			return fs.SkipDir
		case entry.IsDir() || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		return copyFile(path, filepath.Join(to, relative))
	})
}
