// Package forkcount walks the way of each process by itself, so every further fork takes
// twice the time.
package forkcount

import "slices"

// Program is a list of statements.
type Program []Statement

// Statement is a Print, Flush, Exit, ExitNow, If, Loop or an Expression.
type Statement any

// Expression is a Fork, And, Or or Not.
type Expression any

// Fork is fork().
type Fork struct{}

// And is Left && Right.
type And struct{ Left, Right Expression }

// Or is Left || Right.
type Or struct{ Left, Right Expression }

// Not is !X.
type Not struct{ X Expression }

// If is if (Condition) { Then } else { Else }.
type If struct {
	Condition  Expression
	Then, Else Program
}

// Loop is for (i = 0; i < N; i++) { Body }.
type Loop struct {
	N    int
	Body Program
}

// Print adds one line to the buffer.
type Print struct{}

// Flush writes the buffer.
type Flush struct{}

// Exit writes the buffer and ends the process.
type Exit struct{}

// ExitNow ends the process.
type ExitNow struct{}

// Prediction is what a program comes to.
type Prediction struct {
	Processes uint64
	Lines     uint64
}

// Predict returns what comes of a program.
func Predict(program Program) Prediction {
	seen := Prediction{Processes: 1}
	seen.run(program, 0)
	return seen
}

// before puts the statements of p before the rest.
func before(p, rest Program) Program {
	return append(slices.Clip(p), rest...)
}

// run follows one process that has rest to do and lines in its buffer.
func (p *Prediction) run(rest Program, lines uint64) {
	for len(rest) > 0 {
		statement := rest[0]
		rest = rest[1:]
		switch s := statement.(type) {
		case Print:
			lines++
		case Flush:
			p.Lines += lines
			lines = 0
		case Exit:
			p.Lines += lines
			return
		case ExitNow:
			return
		case Loop:
			if s.N > 0 {
				rest = before(s.Body, before(Program{Loop{N: s.N - 1, Body: s.Body}}, rest))
			}
		case If:
			yes, no := before(s.Then, rest), before(s.Else, rest)
			switch e := s.Condition.(type) {
			case Fork:
				p.Processes++
				p.run(no, lines) // want "is exact, and soon there, where the processes are beyond number" wrong
				rest = yes
			case Not:
				rest = Program{If{Condition: e.X, Then: no, Else: yes}}
			case And:
				rest = Program{If{Condition: e.Left, Then: Program{If{Condition: e.Right, Then: yes, Else: no}}, Else: no}}
			case Or:
				rest = Program{If{Condition: e.Left, Then: yes, Else: Program{If{Condition: e.Right, Then: yes, Else: no}}}}
			}
		default:
			rest = before(Program{If{Condition: statement}}, rest)
		}
	}
	p.Lines += lines
}
