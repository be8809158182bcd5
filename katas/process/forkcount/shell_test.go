package forkcount_test

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/katas/process/forkcount"
)

// prologue begins every script. A process says that it is there; its buffer is a
// variable, so that a fork copies it as it copies a real one. Who is at the end
// waits for its children, so that none is left when the first process ends.
const prologue = `
set -u
written='line
'
buffer=
print() { buffer=$buffer$written; }
flush() { printf %s "$buffer"; buffer=; }
quit_now() { wait; exit 0; }
quit() { flush; quit_now; }
born() { echo process; }
`

// script translates a program for sh, whose fork is the &. A subshell has to be
// told what to do, so each statement becomes a function that ends in a call of
// what follows.
type script struct {
	strings.Builder
	names int
}

// add writes a function and returns its name.
func (s *script) add(body string, arguments ...any) (name string) {
	s.names++
	name = fmt.Sprintf("step%d", s.names)
	fmt.Fprintf(s, "%s() { %s; }\n", name, fmt.Sprintf(body, arguments...))
	return name
}

// program returns the function that runs p and goes on with next.
func (s *script) program(p program, next string) string {
	for i := len(p) - 1; i >= 0; i-- {
		next = s.statement(p[i], next)
	}
	return next
}

func (s *script) statement(statement forkcount.Statement, next string) string {
	switch a := statement.(type) {
	case forkcount.Print:
		return s.add("print; %s", next)
	case forkcount.Flush:
		return s.add("flush; %s", next)
	case forkcount.Exit:
		return "quit"
	case forkcount.ExitNow:
		return "quit_now"
	case forkcount.If:
		return s.expression(a.Condition, s.program(a.Then, next), s.program(a.Else, next))
	case forkcount.Loop:
		s.names++
		turn := s.names
		body := s.program(a.Body, fmt.Sprintf("turn%d", turn))
		fmt.Fprintf(s, "turn%d() { if [ $i%d -lt %d ]; then i%d=$((i%d + 1)); %s; else %s; fi; }\n",
			turn, turn, a.N, turn, turn, body, next)
		return s.add("i%d=0; turn%d", turn, turn)
	}
	return s.expression(statement, next, next)
}

// expression returns the function that goes on with yes where the expression is
// true and with no where it is false.
func (s *script) expression(expression forkcount.Expression, yes, no string) string {
	switch e := expression.(type) {
	case forkcount.And:
		return s.expression(e.Left, s.expression(e.Right, yes, no), no)
	case forkcount.Or:
		return s.expression(e.Left, yes, s.expression(e.Right, yes, no))
	case forkcount.Not:
		return s.expression(e.X, no, yes)
	}
	return s.add("{ born; %s; } & %s", no, yes)
}

// execute lets real processes run a program, and counts what they say.
func execute(ctx context.Context, p program) forkcount.Prediction {
	GinkgoHelper()
	var s script
	s.WriteString(prologue)
	first := s.program(p, "quit")
	fmt.Fprintf(&s, "born; %s\n", first)
	said, err := exec.CommandContext(ctx, "sh", "-c", s.String()).Output()
	Expect(err).NotTo(HaveOccurred())
	return forkcount.Prediction{
		Processes: uint64(strings.Count(string(said), "process\n")),
		Lines:     uint64(strings.Count(string(said), "line\n")),
	}
}
