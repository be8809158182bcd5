// Package bench measures the grader against what people would run instead, on
// the same specs and the same answers, turn by turn on the same machine. It
// prints ratios: they hold on other machines, times don't.
package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
)

// Options say what to measure.
type Options struct {
	Root      string
	Program   string // bin/dojo
	Katas     []session.Kata
	Toolchain run.Toolchain
	// Runs of each side; Cold runs with empty build caches, which take minutes.
	Runs, Cold int
	// Only are the letters of the rows to be measured; all without one.
	Only []string
	Tell func(step string)
}

// Run measures and prints a table.
func Run(ctx context.Context, out io.Writer, o Options) error {
	work, remove, err := sandbox.Temp()
	if err != nil {
		return err
	}
	defer remove()
	b := &bench{Options: o, work: work, clone: filepath.Join(work, "clone")}
	if err := b.prepare(); err != nil {
		return fmt.Errorf("bench: prepare a clone: %w", err)
	}
	fmt.Fprintf(out, "%-46s %12s %12s %8s  %s\n", "median (min to max), seconds", "dojo", "go test", "ratio", "aim")
	for _, duel := range b.duels() {
		if !b.wanted(duel.name[1:2]) {
			continue
		}
		if err := b.fight(ctx, out, duel); err != nil {
			return fmt.Errorf("bench: %s: %w", duel.name, err)
		}
	}
	for _, row := range []struct {
		letter, name string
		measure      func(context.Context, io.Writer) error
	}{{"c", "guards", b.guards}, {"e", "starts", b.starts}, {"g", "corpus", b.corpus}} {
		if !b.wanted(row.letter) {
			continue
		}
		if err := row.measure(ctx, out); err != nil {
			return fmt.Errorf("bench: %s: %w", row.name, err)
		}
	}
	return nil
}

func (o Options) wanted(letter string) bool {
	return len(o.Only) == 0 || slices.Contains(o.Only, letter)
}

// bench is one measurement in the making.
type bench struct {
	Options
	work, clone string
	edits       int
}

// duel is a row: the same work done by us and by go test.
type duel struct {
	name         string
	runs         int
	before       func() error
	ours, theirs side
	aim          float64
}

// side does the work once and says how long it took.
type side func(context.Context) (time.Duration, error)

func (b *bench) duels() []duel {
	warm := os.Environ()
	queue := "sync/boundedqueue"
	goTest := []string{"go", "test", "-race", "-count=1"}
	for _, id := range b.ids() {
		goTest = append(goTest, "./katas/"+id)
	}
	return []duel{
		{
			name: "(a) every reference", runs: b.Runs, aim: 1.0 / 3,
			before: func() error { return nil },
			ours:   b.command(warm, b.Program, "grade", "--solutions", "--repeat", "1"),
			theirs: b.command(warm, goTest...),
		},
		{
			name: "(b) one kata after an edit", runs: b.Runs, aim: 1.0 / 2,
			before: func() error { return b.edit(queue) },
			ours:   b.command(warm, b.Program, "grade", "--repeat", "1", queue),
			theirs: b.command(warm, "go", "test", "-race", "./katas/"+queue),
		},
		{
			name: "(f) one kata, from a save to its verdict", runs: b.Runs, aim: 1.2,
			before: func() error { return b.edit(queue) },
			ours:   func(ctx context.Context) (time.Duration, error) { return b.save(ctx, queue) },
			theirs: b.command(warm, "sh", "-c", "go test -c -race -o "+filepath.Join(b.work, "queue.test")+" ./katas/"+queue+" && cd katas/"+queue+" && "+filepath.Join(b.work, "queue.test")),
		},
		{
			name: "(d) every reference, empty build caches", runs: b.Cold, aim: 1.2,
			before: b.emptyCaches,
			ours:   b.command(b.cache("ours"), "sh", "-c", "go build -o bin/dojo ./grader && bin/dojo grade --repeat 1"),
			theirs: b.command(b.cache("theirs"), goTest...),
		},
	}
}

// fight times both sides in turn and prints the row.
func (b *bench) fight(ctx context.Context, out io.Writer, d duel) error {
	if d.runs == 0 {
		return nil
	}
	var ours, theirs []time.Duration
	// The first round, not counted, fills the caches that a warm run has.
	first := -1
	if d.runs == b.Cold && d.aim > 1 {
		first = 0
	}
	for n := first; n < d.runs; n++ {
		b.Tell(fmt.Sprintf("%s, round %d of %d", d.name, n+1, d.runs))
		for _, side := range []struct {
			side  side
			times *[]time.Duration
		}{{d.ours, &ours}, {d.theirs, &theirs}} {
			if err := d.before(); err != nil {
				return err
			}
			took, err := side.side(ctx)
			if err != nil {
				return err
			}
			if n >= 0 {
				*side.times = append(*side.times, took)
			}
		}
	}
	ratio := median(ours).Seconds() / median(theirs).Seconds()
	fmt.Fprintf(out, "%-46s %12s %12s %8.2f  at most %.2f\n", d.name, spread(ours), spread(theirs), ratio, d.aim)
	return nil
}

// command is a program that is timed. It must succeed: half of the work takes half
// of the time.
func (b *bench) command(environment []string, line ...string) side {
	return func(ctx context.Context) (time.Duration, error) {
		start := time.Now()
		output, err := run.Command(ctx, b.clone, environment, line[0], line[1:]...)
		took := time.Since(start)
		if err != nil {
			return 0, fmt.Errorf("%s: %w\n%s", strings.Join(line, " "), err, output)
		}
		return took, nil
	}
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}

func spread(times []time.Duration) string {
	return fmt.Sprintf("%.1f (%.1f–%.1f)", median(times).Seconds(), slices.Min(times).Seconds(), slices.Max(times).Seconds())
}
