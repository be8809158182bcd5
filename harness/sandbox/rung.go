package sandbox

import (
	"fmt"
	"strconv"
	"strings"
)

// Rung is a way to put walls around a program. The zero value is no rung.
type Rung int

// The rungs, strongest first.
const (
	Cgroup Rung = 1 + iota
	Namespaces
	Bubblewrap
	UID
	Landlock
	None
)

// Walls are what a rung may lack, as people call it.
const (
	wallFiles     = "filesystem"
	wallNetwork   = "network"
	wallProcesses = "processes"
	wallMemory    = "memory"
	wallCalls     = "system calls"
	wallCount     = "number of files" // that a program may make
)

// rungs is the table of them.
var rungs = map[Rung]struct {
	name, about string
	// missing are the walls that it has not.
	missing []string
}{
	Cgroup:     {"cgroup", "files, network, processes and IPC of its own, and limits that the kernel keeps", nil},
	Namespaces: {"namespaces", "files, network, processes and IPC of its own, and limits that a watchdog keeps", nil},
	Bubblewrap: {"bubblewrap", "the same, where only a few programs may make namespaces", []string{wallCount}},
	UID:        {"uid", "a user of its own, that may touch next to no files and make few system calls", []string{wallNetwork, wallCount}},
	Landlock:   {"landlock", "your user, that may touch next to no files and make few system calls", []string{wallNetwork, wallProcesses, wallCount}},
	None:       {"none", "no walls, as if you ran it yourself", []string{wallFiles, wallNetwork, wallProcesses, wallMemory, wallCalls, wallCount}},
}

// About says in words what a program has that runs on the rung.
func (r Rung) About() string { return rungs[r].about }

func (r Rung) String() string { return rungs[r].name }

// Missing returns the walls that the rung does not have.
func (r Rung) Missing() []string { return append([]string{}, rungs[r].missing...) }

// ForStrangers reports whether the rung holds code that nobody trusts.
func (r Rung) ForStrangers() bool { return r >= Cgroup && r <= UID }

// PrivateIPC reports whether the System V and POSIX objects that a program sees
// are its own.
func (r Rung) PrivateIPC() bool { return r.namespaced() }

// namespaced: the program has a filesystem, a network and process ids of its own.
func (r Rung) namespaced() bool { return r >= Cgroup && r <= Bubblewrap }

// ParseRung takes a rung's name or number.
func ParseRung(text string) (Rung, error) {
	var names []string
	for r := Cgroup; r <= None; r++ {
		if text == r.String() || text == strconv.Itoa(int(r)) {
			return r, nil
		}
		names = append(names, fmt.Sprintf("%d %s", r, r))
	}
	return 0, fmt.Errorf("there is no rung %q; there are %s", text, strings.Join(names, ", "))
}

// Step is a rung as this machine has it.
type Step struct {
	Rung Rung
	// Lacks says why it can't be had; empty if it can.
	Lacks string
	// Fix is one thing to do about that; empty if nothing is known.
	Fix string
}

// Sandbox runs programs on one rung.
type Sandbox struct {
	Rung Rung
	// cgroups is where those of programs are made, on the rung that has them.
	cgroups *cgroups
}

// Trusted is for programs that need no walls.
var Trusted = &Sandbox{Rung: None}

// Best returns a sandbox on the strongest rung that this machine offers.
func Best() *Sandbox {
	for _, step := range Ladder() {
		if step.Lacks == "" {
			return open(step.Rung)
		}
	}
	return Trusted
}

// On returns a sandbox on this very rung. The error says what this machine lacks
// for it, and what to do.
func On(rung Rung) (*Sandbox, error) {
	for _, step := range Ladder() {
		switch {
		case step.Rung != rung:
		case step.Lacks == "":
			return open(rung), nil
		case step.Fix != "":
			return nil, fmt.Errorf("rung %s is not to be had here: %s (%s)", rung, step.Lacks, step.Fix)
		default:
			return nil, fmt.Errorf("rung %s is not to be had here: %s", rung, step.Lacks)
		}
	}
	return nil, fmt.Errorf("there is no rung %d", rung)
}

// Places are where a program may write. folder is an empty one of the host's that
// is the program's for as long as it runs; rungs with namespaces leave it empty.
func (s *Sandbox) Places(folder string) Places {
	if s.Rung.namespaced() {
		return Places{Host: folder, Work: "/work", Temp: "/tmp", Log: "/run/dojo"}
	}
	return Places{Host: folder, Work: folder + "/work", Temp: folder + "/tmp", Log: folder + "/log"}
}
