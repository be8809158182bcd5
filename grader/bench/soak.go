package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
)

// Soaking says how to soak.
type Soaking struct {
	Root    string
	Program string // bin/dojo
	// Katas are the ids to be run; none means all.
	Katas []string
	// Runs of each spec under each condition.
	Runs int
	Tell func(step string)
}

// condition is a way in which a machine can be short of something.
type condition struct {
	name        string
	environment []string
	wrapper     []string // a program that starts another
	busy        int      // loops beside the grading
	memory      bool
}

var conditions = []condition{
	{name: "as it is"},
	{name: "eight busy loops", busy: 8},
	{name: "one processor (taskset), eight busy loops", wrapper: []string{"taskset", "-c", "0"}, busy: 8},
	{name: "nice 19, eight busy loops", wrapper: []string{"nice", "-n", "19"}, busy: 8},
	{name: "GOMAXPROCS=1", environment: []string{"GOMAXPROCS=1"}},
	{name: "GOMAXPROCS=2", environment: []string{"GOMAXPROCS=2"}},
	{name: "GOMAXPROCS=8, eight busy loops", environment: []string{"GOMAXPROCS=8"}, busy: 8},
	{name: "short of memory", memory: true},
}

// Soak grades the references again and again on a machine that is short of
// something and prints a table. It returns the number of specs' runs that failed:
// each is a mistake of ours.
func Soak(ctx context.Context, out io.Writer, s Soaking) (failures int, err error) {
	folder, remove, err := sandbox.Temp()
	if err != nil {
		return 0, err
	}
	defer remove()
	fmt.Fprintf(out, "%-46s %12s %12s\n", "condition", "spec runs", "failures")
	for _, c := range conditions {
		if len(c.wrapper) > 0 {
			if !run.Has(c.wrapper[0]) {
				fmt.Fprintf(out, "%-46s %25s\n", c.name, "no "+c.wrapper[0]+" here")
				continue
			}
		}
		s.Tell(c.name)
		card, err := s.under(ctx, c, filepath.Join(folder, "card.json"))
		if err != nil {
			return failures, fmt.Errorf("soak: %s: %w", c.name, err)
		}
		runs, failed := 0, 0
		for _, kata := range card.Katas {
			for _, spec := range kata.Specs {
				runs += spec.Runs.Total
				failed += spec.Runs.Total - spec.Runs.Passed
				if spec.Diagnosis != nil {
					fmt.Fprintf(out, "  %s %q: %s: %s\n  %s\n", kata.ID, spec.Name, spec.Verdict, spec.Diagnosis.Summary, spec.Diagnosis.Evidence)
				}
			}
		}
		failures += failed
		fmt.Fprintf(out, "%-46s %12d %12d\n", c.name, runs, failed)
	}
	return failures, nil
}

// under grades the references under a condition.
func (s Soaking) under(ctx context.Context, c condition, file string) (card score.Scorecard, err error) {
	defer c.impose()()
	line := append(append([]string{}, c.wrapper...), s.Program, "grade", "--solutions", "--repeat", strconv.Itoa(s.Runs), "--out", "json="+file)
	line = append(line, s.Katas...)
	os.Remove(file)
	output, failed := run.Command(ctx, s.Root, append(os.Environ(), c.environment...), line[0], line[1:]...)
	text, err := os.ReadFile(file)
	if err != nil {
		return card, fmt.Errorf("%w\n%s", failed, output)
	}
	return card, json.Unmarshal(text, &card)
}

// impose makes the machine short of what the condition says, until the returned
// function is called.
func (c condition) impose() (lift func()) {
	usual := runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + c.busy)
	var over atomic.Bool
	for range c.busy {
		go func() {
			for !over.Load() {
			}
		}()
	}
	var ballast []byte
	if c.memory {
		ballast = make([]byte, spare())
		for at := 0; at < len(ballast); at += os.Getpagesize() {
			ballast[at] = 1
		}
	}
	return func() {
		over.Store(true)
		runtime.GOMAXPROCS(usual)
		runtime.KeepAlive(ballast)
	}
}

// spare is all memory that is available but what the grading itself needs, so
// that the kernel has to take back what it caches.
func spare() int {
	const needed = 1500 << 20
	text, _ := os.ReadFile("/proc/meminfo")
	var kilobytes int
	for line := range strings.Lines(string(text)) {
		fmt.Sscanf(line, "MemAvailable: %d kB", &kilobytes)
	}
	return max(0, kilobytes<<10-needed)
}
