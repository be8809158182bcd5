package command

import (
	"context"
	"fmt"
	"os"

	"github.com/concurrency-dojo/dojo/grader/bench"
)

type soakCommand struct {
	Katas []string `arg:"" optional:"" name:"kata" help:"Katas to run; all without one."`
	Runs  int      `default:"20" help:"Runs of each spec under each condition."`
}

func (c *soakCommand) Help() string {
	return `Grades the references under loads of every kind: busy loops, one processor, a
low priority, other numbers of threads, little memory. A right answer must pass
all of it, so any failure is a bug of dojo.

  dojo soak --runs 1000 sync     takes hours`
}

// Run soaks.
func (c *soakCommand) Run(ctx context.Context, t terminal) error {
	root, rows, err := chosen(c.Katas)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	s := bench.Soaking{Root: root, Program: program, Runs: c.Runs}
	for _, row := range rows {
		s.Katas = append(s.Katas, row.ID)
	}
	progress := newStatusLine(t.err)
	defer progress.end()
	s.Tell = progress.say
	failures, err := bench.Soak(ctx, t.out, s)
	if err == nil && failures > 0 {
		err = fmt.Errorf("%d runs of right answers failed", failures)
	}
	return err
}
