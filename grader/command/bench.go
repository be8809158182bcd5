package command

import (
	"context"
	"os"

	"github.com/concurrency-dojo/dojo/grader/bench"
	"github.com/concurrency-dojo/dojo/katas"
)

type benchCommand struct {
	Runs int      `default:"5" help:"Runs of each side."`
	Cold int      `default:"1" help:"Runs with empty build caches, which take minutes; 0 for none."`
	Only []string `placeholder:"a,b,…" help:"Measure these rows: a references, b an edit, c guards, d empty caches, e starts, f a save, g the corpus."`
}

// Run measures.
func (c *benchCommand) Run(ctx context.Context, t terminal) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	toolchain, err := probe(ctx)
	if err != nil {
		return err
	}
	all, err := curriculum(root, katas.Catalog)
	if err != nil {
		return err
	}
	progress := newStatusLine(t.err)
	defer progress.end()
	return bench.Run(ctx, t.out, bench.Options{
		Root: root, Program: program, Katas: all, Toolchain: toolchain, Runs: c.Runs, Cold: c.Cold, Only: c.Only, Tell: progress.say,
	})
}
