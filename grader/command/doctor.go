package command

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
)

type doctorCommand struct{}

// Run says what is there, what is missing, and how to get it. Only a Go that
// can't build the katas is an error.
func (doctorCommand) Run(ctx context.Context, t terminal) error {
	if _, err := findRoot(); err != nil {
		return err
	}
	toolchain, err := probe(ctx)
	if err != nil {
		return err
	}
	environment := toolchain.Environment(sandbox.Best())
	line := func(mark, what, state string) { fmt.Fprintf(t.out, "%s %-14s %s\n", mark, what, state) }
	line("✔", "Go", toolchain.Go+" (needed: "+run.Needed+" or later)")
	line("✔", "system", fmt.Sprintf("%s, kernel %s, %d processors", environment.OS, kernel(), runtime.NumCPU()))
	if runtime.GOOS != "linux" {
		line("–", "Linux katas", "skipped: they are about Linux itself; a container or a virtual machine has it")
	}
	if environment.Race {
		line("✔", "C compiler", "there; the race detector needs it")
		line("✔", "race detector", "on: it tells of memory that two goroutines touch with nothing to order them")
	} else {
		line("✘", "race detector", "off, so scores are provisional: "+environment.NoRace)
	}
	doctorSandbox(t.out, line)
	return nil
}

// doctorSandbox tells of every rung of the ladder: the strongest that is there is
// used.
func doctorSandbox(out io.Writer, line func(mark, what, state string)) {
	best := sandbox.Best().Rung
	state := fmt.Sprintf("rung %d, %s", best, best)
	if missing := best.Missing(); len(missing) > 0 {
		state += "; no wall around: " + strings.Join(missing, ", ")
	}
	if best.ForStrangers() {
		line("✔", "sandbox", state)
	} else {
		line("✘", "sandbox", state+". Grade only code that you trust.")
	}
	fmt.Fprintln(out, "\nAnswers run behind the best walls that this machine has. A submission needs rung 4 or better.")
	for _, step := range sandbox.Ladder() {
		mark, state := "✔", step.Rung.About()
		switch {
		case step.Lacks == "":
		case step.Fix == "":
			mark, state = "–", step.Lacks
		default:
			mark, state = "–", step.Lacks+"; to have it: "+step.Fix
		}
		line(mark, fmt.Sprintf("%d %s", step.Rung, step.Rung), state)
	}
}

// kernel is its release, as uname -r has it.
func kernel() string {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return "unknown"
	}
	return unix.ByteSliceToString(name.Release[:])
}
