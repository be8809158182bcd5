package spec

import (
	"os"
	"sync"
)

// childMark is the first argument of a re-executed test binary that plays a
// role instead of running specs.
const childMark = "dojo-child"

// Role is something that a child process can be told to be.
type Role struct{ name string }

var roles = struct {
	sync.Mutex
	names map[string]bool
}{names: map[string]bool{}}

// Child declares a role: what a re-executed test binary does instead of running
// specs, with which exit status. Declare roles in variables of the package, with
// the kata's name in front, as in
//
//	var worker = spec.Child("workerpool/worker", func(arguments []string) int { … })
//
// In the child, main is called while the package is initialised, so it may use
// nothing of the package that its own text doesn't name.
func Child(name string, main func(arguments []string) int) Role {
	if len(os.Args) > 2 && os.Args[1] == childMark && os.Args[2] == name {
		os.Exit(main(os.Args[3:]))
	}
	roles.Lock()
	defer roles.Unlock()
	if roles.names[name] {
		panic("spec: two roles are named " + name)
	}
	roles.names[name] = true
	return Role{name: name}
}

// Command returns the command line that starts a child in this role, program
// first.
func (r Role) Command(arguments ...string) []string {
	self, err := os.Executable()
	if err != nil {
		panic("spec: find the test binary: " + err.Error())
	}
	return append([]string{self, childMark, r.name}, arguments...)
}

// lostChild reports whether this process was started for a role that this
// binary doesn't know.
func lostChild() bool { return len(os.Args) > 1 && os.Args[1] == childMark }
