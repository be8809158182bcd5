package forkcount_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/katas/process/forkcount"
)

// The words in which the specs write programs.
var (
	fork    = forkcount.Fork{}
	line    = forkcount.Print{}
	flush   = forkcount.Flush{}
	exit    = forkcount.Exit{}
	exitNow = forkcount.ExitNow{}
)

type program = forkcount.Program

func and(left, right forkcount.Expression) forkcount.And {
	return forkcount.And{Left: left, Right: right}
}

func or(left, right forkcount.Expression) forkcount.Or { return forkcount.Or{Left: left, Right: right} }

func not(x forkcount.Expression) forkcount.Not { return forkcount.Not{X: x} }

func loop(n int, body ...forkcount.Statement) forkcount.Loop { return forkcount.Loop{N: n, Body: body} }

func when(condition forkcount.Expression, then, otherwise program) forkcount.If {
	return forkcount.If{Condition: condition, Then: then, Else: otherwise}
}

// inParent and inChild are the two halves of the usual question.
func inParent(then ...forkcount.Statement) forkcount.If { return when(fork, then, nil) }

func inChild(then ...forkcount.Statement) forkcount.If { return when(not(fork), then, nil) }

// row is a program and what comes of it.
type row struct {
	program          program
	processes, lines uint64
}

// agree checks predictions against rows.
func agree(rows ...row) {
	GinkgoHelper()
	for _, row := range rows {
		Expect(forkcount.Predict(row.program)).To(Equal(forkcount.Prediction{Processes: row.processes, Lines: row.lines}),
			"the program is: %s", inC(row.program))
	}
}

// inC writes a program as one would in C.
func inC(p program) string {
	var text []string
	for _, statement := range p {
		text = append(text, statementInC(statement))
	}
	return strings.Join(text, " ")
}

func statementInC(statement forkcount.Statement) string {
	switch s := statement.(type) {
	case forkcount.Print:
		return `puts("line");`
	case forkcount.Flush:
		return "fflush(stdout);"
	case forkcount.Exit:
		return "exit(0);"
	case forkcount.ExitNow:
		return "_exit(0);"
	case forkcount.Loop:
		return fmt.Sprintf("for (i = 0; i < %d; i++) { %s }", s.N, inC(s.Body))
	case forkcount.If:
		text := fmt.Sprintf("if (%s) { %s }", expressionInC(s.Condition), inC(s.Then))
		if len(s.Else) > 0 {
			text += fmt.Sprintf(" else { %s }", inC(s.Else))
		}
		return text
	}
	return expressionInC(statement) + ";"
}

func expressionInC(expression forkcount.Expression) string {
	switch e := expression.(type) {
	case forkcount.And:
		return fmt.Sprintf("(%s && %s)", expressionInC(e.Left), expressionInC(e.Right))
	case forkcount.Or:
		return fmt.Sprintf("(%s || %s)", expressionInC(e.Left), expressionInC(e.Right))
	case forkcount.Not:
		return "!" + expressionInC(e.X)
	}
	return "fork()"
}
