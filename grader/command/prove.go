package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/prove"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/source"
)

type proveCommand struct {
	Katas  []string `arg:"" optional:"" name:"kata" help:"Katas to prove. All without one."`
	Repeat int      `default:"1" help:"Run each answer so many times; every run must hold. Without it, a wrong solution has three tries."`
	Seed   uint64   `help:"Seed of inputs and order; 0 draws one." default:"0"`
	boxFlags
	Out string `placeholder:"json=FILE" help:"Also write the proof as JSON, - for standard output."`
}

func (c *proveCommand) Help() string {
	return `A wrong solution says on the line of its bug what must catch it:

  // want "reaps every child when signals coalesce" leak:zombie

Examples:

  dojo prove                       everything
  dojo prove sync --repeat 20      a track, twenty times

What was not caught is tried again with other seeds, twice, and told; with --repeat
each run counts.

Exit status: 0 all is proved, 1 something is not.`
}

// Run proves and prints what does not hold.
func (c *proveCommand) Run(ctx context.Context, t terminal) error {
	root, rows, err := chosen(c.Katas)
	if err != nil {
		return err
	}
	format, file, _ := strings.Cut(c.Out, "=")
	if c.Out != "" && (format != "json" || file == "") {
		return usage("--out takes json=FILE")
	}
	toolchain, err := probe(ctx)
	if err != nil {
		return err
	}
	all, err := curriculum(root, rows)
	if err != nil {
		return err
	}
	seed := c.Seed
	if seed == 0 {
		seed = drawSeed()
	}
	box, err := c.boxFlags.open()
	if err != nil {
		return err
	}
	progress := newStatusLine(t.err)
	proof, failed := prove.Prove(ctx, all, run.Options{Root: root, Toolchain: toolchain, Sandbox: box, Repeat: c.Repeat, Seed: seed}, progress.say)
	progress.end()
	if failed != nil && len(proof.Katas) == 0 {
		return failed
	}
	if c.Out != "" {
		write := func(w io.Writer) error {
			encoder := json.NewEncoder(w)
			encoder.SetIndent("", "  ")
			return encoder.Encode(proof)
		}
		if file == "-" {
			err = write(t.out)
		} else {
			err = writeFile(file, write)
		}
		if err != nil {
			return usageError{err}
		}
	}
	if file != "-" {
		printProof(t.out, proof, toolchain)
	}
	if failed != nil {
		fmt.Fprintln(t.err, "the proof above is not whole: what was not run by then is not in it")
		return failed
	}
	if !proof.Proved {
		return errLost
	}
	return nil
}

func printProof(out io.Writer, proof prove.Proof, toolchain run.Toolchain) {
	open, late := 0, 0
	var left strings.Builder
	held := map[source.Kind]int{}
	for _, kata := range proof.Katas {
		fmt.Fprintln(out, kata.ID)
		for _, claim := range kata.Claims {
			text := claimText(claim)
			fmt.Fprint(out, text)
			switch {
			case !claim.Proved():
				open++
				left.WriteString(kata.ID + "\n" + text)
				continue
			case len(claim.Missed) > 0:
				late++
				left.WriteString(kata.ID + "\n" + text)
			}
			held[claim.Kind]++
		}
	}
	// Whoever sees only the end of a long log needs nothing but this.
	if left.Len() > 0 {
		fmt.Fprint(out, "\nNot proved, or not at the first try:\n\n", left.String())
	}
	fmt.Fprintf(out, "\n%d %s, %d other right solutions passed, %d wrong solutions caught (%d not at the first try), %d claims not proved (seed %d)\n",
		len(proof.Katas), plural(len(proof.Katas), "kata", "katas"), held[source.KindRight], held[source.KindWrong], late, open, proof.Seed)
	if toolchain.NoRace != "" {
		fmt.Fprintln(out, "without the race detector, no claim about races can hold:", toolchain.NoRace)
	}
}

// claimText is a claim with its complaints, indented.
func claimText(claim prove.Claim) string {
	mark := "✔"
	if !claim.Proved() {
		mark = "✘"
	}
	var text strings.Builder
	fmt.Fprintf(&text, "  %s %-18s %s\n", mark, claim.Who, claim.Claim)
	for _, missed := range claim.Missed {
		fmt.Fprintf(&text, "      missed: %s\n", strings.ReplaceAll(missed, "\n", "\n      "))
	}
	for _, complaint := range claim.Complaints {
		fmt.Fprintf(&text, "      %s\n", strings.ReplaceAll(complaint, "\n", "\n      "))
	}
	return text.String()
}
