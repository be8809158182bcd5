package forkcount

// Program is a list of statements that a process runs one after the other, from
// the first to the last. It may be empty.
type Program []Statement

// Statement is a value of one of the types Print, Flush, Exit, ExitNow, If and
// Loop, or an Expression: then only its forks count, and nobody looks at its value.
type Statement any

// Expression is a value of one of the types Fork, And, Or and Not. Like an
// expression of C, it is true or false in the process that evaluates it.
type Expression any

// Fork is fork(). From here on there are two processes, alike in everything, in
// what they have in their buffers too, but that the expression is true in the
// parent (it gets the child's pid) and false in the child (it gets 0). Both go on
// from here. A fork never fails.
type Fork struct{}

// And is Left && Right: true where both are. Where Left is false, Right is not
// evaluated.
type And struct{ Left, Right Expression }

// Or is Left || Right: true where one of them is. Where Left is true, Right is not
// evaluated.
type Or struct{ Left, Right Expression }

// Not is !X: true where X is false.
type Not struct{ X Expression }

// If is if (Condition) { Then } else { Else }. A process that has come to the end
// of its branch goes on with what follows the If.
type If struct {
	Condition  Expression
	Then, Else Program
}

// Loop is for (i = 0; i < N; i++) { Body }. Each process has its own copy of i,
// which a fork copies too: a child that is born in the body goes on with the body,
// and then with the turns that its parent had left. If N is 0 or less, nothing
// happens.
type Loop struct {
	N    int
	Body Program
}

// Print adds one line to the process's own buffer of what it will write: printf.
// The buffer has room for every line, and it writes nothing by itself.
type Print struct{}

// Flush writes the lines in the buffer, after which it is empty: fflush(stdout).
type Flush struct{}

// Exit flushes the buffer and ends the process that comes to it, and no other:
// exit(). A process that comes to the end of the program does the same.
type Exit struct{}

// ExitNow ends the process as Exit does but flushes nothing, so that the lines in
// its buffer are lost: _exit().
type ExitNow struct{}

// Prediction is what a program comes to.
type Prediction struct {
	// Processes is how many processes there have ever been: the first one, which
	// was there before the program, and all that it and its descendants have
	// forked, whether they have ended early or not.
	Processes uint64
	// Lines is how many lines they all have written together.
	Lines uint64
}

// Predict returns what comes of a program that one process with an empty buffer
// begins to run, without running it. The numbers are exact. Nothing is promised
// for programs of which one of the two doesn't fit a uint64.
// The number of processes costs neither time nor memory. What a prediction takes of
// both, counting what it allocates and drops again, grows with the number of steps
// that a single process can take on its way through the program, or with a low
// power of it. Each statement, expression and turn of a loop is a step; a turn that
// no process makes is none.
// Predict changes nothing in the program, nor behind the end of one of its
// slices. A call knows nothing of those before it, nor of those that run at the
// same time in other goroutines, with the same program too.
func Predict(program Program) Prediction {
	panic("TODO: implement Predict")
}
