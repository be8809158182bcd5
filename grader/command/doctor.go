package command

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/run"
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
	environment := toolchain.Environment()
	line := func(mark, what, state string) { fmt.Fprintf(t.out, "%s %-14s %s\n", mark, what, state) }
	line("✔", "Go", toolchain.Go+" (needed: "+run.Needed+" or later)")
	line("✔", "system", fmt.Sprintf("%s, %d processors", environment.OS, runtime.NumCPU()))
	if runtime.GOOS != "linux" {
		line("–", "Linux katas", "skipped: they are about Linux itself; a container or a virtual machine has it")
	}
	if environment.Race {
		line("✔", "race detector", "on")
	} else {
		line("✘", "race detector", "off, so scores are provisional: "+environment.NoRace)
	}
	line("–", "sandbox", fmt.Sprintf("rung %s; no wall around: %s. Grade only code that you trust.", environment.Rung, strings.Join(environment.Missing, ", ")))
	return nil
}
