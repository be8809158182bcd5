package command

import (
	"fmt"

	"github.com/concurrency-dojo/dojo/harness/sandbox"
)

// boxFlags choose the sandbox.
type boxFlags struct {
	Sandbox string `placeholder:"RUNG" help:"Use this rung of the sandbox and no other: a name or number as in dojo doctor."`
}

// open returns the sandbox that the flags ask for: without one, the strongest that
// this machine offers.
func (f boxFlags) open() (*sandbox.Sandbox, error) {
	if f.Sandbox == "" {
		return sandbox.Best(), nil
	}
	rung, err := sandbox.ParseRung(f.Sandbox)
	if err != nil {
		return nil, usageError{fmt.Errorf("--sandbox: %w", err)}
	}
	box, err := sandbox.On(rung)
	if err != nil {
		return nil, usageError{err}
	}
	return box, nil
}

// mayHold returns an error if a sandbox is not for code of strangers.
func mayHold(box *sandbox.Sandbox, trust bool) error {
	if box.Rung.ForStrangers() || trust {
		return nil
	}
	hint := ""
	for _, step := range sandbox.Ladder() {
		if step.Rung.ForStrangers() && step.Fix != "" {
			hint = fmt.Sprintf("\nFor rung %s: %s.", step.Rung, step.Fix)
			break
		}
	}
	return usage("rung %s of the sandbox does not hold code that you don't trust; see dojo doctor.%s\nIf you know what you grade, or throw this machine away afterwards, say --trust.", box.Rung, hint)
}
