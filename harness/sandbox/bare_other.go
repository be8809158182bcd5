//go:build !linux

package sandbox

import (
	"context"
	"errors"
	"syscall"
)

func adoptOrphans() {}

func sweep() {}

func signalName(signal syscall.Signal) string { return signal.String() }

// cgroups are Linux's.
type cgroups struct{}

func open(rung Rung) *Sandbox { return &Sandbox{Rung: rung} }

// Ladder returns the rungs as this machine has them: without Linux, the last one.
func Ladder() []Step {
	var all []Step
	for r := Cgroup; r < None; r++ {
		all = append(all, Step{Rung: r, Lacks: "it needs Linux", Fix: "grade in a container or a virtual machine that has it"})
	}
	return append(all, Step{Rung: None})
}

func (s *Sandbox) walled(context.Context, Command) (Ended, error) {
	return Ended{}, errors.New("sandbox: only Linux has this rung")
}
