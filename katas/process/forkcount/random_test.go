package forkcount_test

import (
	"math/rand/v2"
	"slices"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/forkcount"
)

// tries is how many random programs are tried, and as many again are tried to find
// the smallest one that fails. rapid would do both, but what it sets up when it is
// imported costs each process of each kata more than all of this file.
const tries = 200

// author writes random programs.
type author struct{ *rand.Rand }

// expression and statement, and program below, write what is nested at most depth
// levels deep.
func (a author) expression(depth int) forkcount.Expression {
	if depth == 0 {
		return fork
	}
	inner := func() forkcount.Expression { return a.expression(depth - 1) }
	switch a.IntN(4) {
	case 0:
		return fork
	case 1:
		return not(inner())
	case 2:
		return and(inner(), inner())
	default:
		return or(inner(), inner())
	}
}

func (a author) statement(depth int) forkcount.Statement {
	kinds := 4
	if depth == 0 {
		kinds = 2
	}
	switch a.IntN(kinds) {
	case 0:
		// Exits are rare: little comes of a program that begins with one.
		each := []forkcount.Statement{line, line, line, line, flush, flush, exit, exitNow}
		return each[a.IntN(len(each))]
	case 1:
		return a.expression(2)
	case 2:
		return when(a.expression(2), a.program(depth-1, 0), a.program(depth-1, 0))
	default:
		return loop(a.IntN(4), a.program(depth-1, 0)...)
	}
}

// program writes least to five statements, rather few than many: of a long program
// come more processes than anybody wants to simulate.
func (a author) program(depth, least int) program {
	var p program
	for range least + min(a.IntN(6-least), a.IntN(6-least)) {
		p = append(p, a.statement(depth))
	}
	return p
}

// counterexample returns a program for which holds is false or panics, as small as
// can be made of it by leaving out one thing after the other, and whether there is
// one among those that are tried.
func counterexample(holds func(program) bool) (smallest program, found bool) {
	fails := func(p program) (failed bool) {
		defer func() { failed = failed || recover() != nil }()
		return !holds(p)
	}
	a := author{spec.Rand()}
	for range tries {
		if smallest = a.program(2, 1); fails(smallest) {
			found = true
			break
		}
	}
	for left := tries; found && left > 0; {
		smaller := simpler(smallest)
		if len(smaller) > left {
			smaller = smaller[:left]
		}
		left -= len(smaller)
		next := slices.IndexFunc(smaller, fails)
		if next < 0 {
			break
		}
		smallest = smaller[next]
	}
	return smallest, found
}

// simpler returns what a program may become when one thing in it is left out, the
// largest first.
func simpler(p program) (all []program) {
	for i, statement := range p {
		with := func(instead ...forkcount.Statement) {
			all = append(all, slices.Concat(p[:i], instead, p[i+1:]))
		}
		with()
		switch s := statement.(type) {
		case forkcount.If:
			with(s.Then...)
			with(s.Else...)
			with(s.Condition)
			for _, then := range simpler(s.Then) {
				with(when(s.Condition, then, s.Else))
			}
			for _, otherwise := range simpler(s.Else) {
				with(when(s.Condition, s.Then, otherwise))
			}
			for _, condition := range parts(s.Condition) {
				with(when(condition, s.Then, s.Else))
			}
		case forkcount.Loop:
			with(s.Body...)
			if s.N > 0 {
				with(loop(s.N-1, s.Body...))
			}
			for _, body := range simpler(s.Body) {
				with(loop(s.N, body...))
			}
		default:
			for _, part := range parts(s) {
				with(part)
			}
		}
	}
	return all
}

// parts returns what an expression may become when one thing in it is left out.
func parts(expression forkcount.Expression) (all []forkcount.Expression) {
	switch e := expression.(type) {
	case forkcount.Not:
		all = append(all, e.X)
		for _, x := range parts(e.X) {
			all = append(all, not(x))
		}
	case forkcount.And:
		all = append(all, e.Left, e.Right)
		for _, left := range parts(e.Left) {
			all = append(all, and(left, e.Right))
		}
		for _, right := range parts(e.Right) {
			all = append(all, and(e.Left, right))
		}
	case forkcount.Or:
		all = append(all, e.Left, e.Right)
		for _, left := range parts(e.Left) {
			all = append(all, or(left, e.Right))
		}
		for _, right := range parts(e.Right) {
			all = append(all, or(e.Left, right))
		}
	}
	return all
}
