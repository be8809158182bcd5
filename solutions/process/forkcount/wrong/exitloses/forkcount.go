// Package forkcount ends a process at exit() without a look at its buffer, so what was
// printed and not flushed is lost as at _exit().
package forkcount

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
	rest := seen.run(program, crowd{size: 1})
	seen.Lines += rest.buffered
	return seen
}

// crowd is a number of processes at one place. How the lines are spread over
// their buffers makes no difference: whatever happens next happens to all of them.
type crowd struct{ size, buffered uint64 }

func (c crowd) and(d crowd) crowd { return crowd{c.size + d.size, c.buffered + d.buffered} }

// run leads a crowd through the program and returns those who come to its end.
func (p *Prediction) run(program Program, c crowd) crowd {
	for _, statement := range program {
		// Nobody is left, and a loop without them could take for ever.
		if c.size == 0 {
			break
		}
		c = p.step(statement, c)
	}
	return c
}

func (p *Prediction) step(statement Statement, c crowd) crowd {
	switch s := statement.(type) {
	case Print:
		c.buffered += c.size
		return c
	case Flush:
		p.Lines += c.buffered
		return crowd{size: c.size}
	case Exit:
		return crowd{} // want "writes the buffer at Exit and loses it at ExitNow" wrong
	case ExitNow:
		return crowd{}
	case If:
		yes, no := p.evaluate(s.Condition, c)
		return p.run(s.Then, yes).and(p.run(s.Else, no))
	case Loop:
		for i := 0; i < s.N && c.size > 0; i++ {
			c = p.run(s.Body, c)
		}
		return c
	default:
		yes, no := p.evaluate(statement, c)
		return yes.and(no)
	}
}

// evaluate returns those for whom the expression is true and those for whom it is
// false.
func (p *Prediction) evaluate(expression Expression, c crowd) (yes, no crowd) {
	switch e := expression.(type) {
	case Fork:
		p.Processes += c.size
		return c, c
	case Not:
		yes, no = p.evaluate(e.X, c)
		return no, yes
	case And:
		left, out := p.evaluate(e.Left, c)
		yes, no = p.evaluate(e.Right, left)
		return yes, no.and(out)
	case Or:
		in, left := p.evaluate(e.Left, c)
		yes, no = p.evaluate(e.Right, left)
		return yes.and(in), no
	}
	panic("forkcount: not an expression")
}
