package forkcount_test

import "github.com/concurrency-dojo/dojo/katas/process/forkcount"

// simulation runs a small program process by process. It has no tree and copies
// nothing: each process is known by what its forks and those of its ancestors
// returned, and walks the whole way from the start of the program again.
type simulation struct {
	forkcount.Prediction
	// waiting holds the processes that are still to be run.
	waiting [][]bool
}

// walk is the way of one process.
type walk struct {
	*simulation
	// path is what the forks have returned or are going to return; the next fork
	// is at position at of it.
	path []bool
	at   int
	// buffered is how many lines are in the buffer.
	buffered uint64
}

// simulate returns what comes of a program, and ok if it makes no more than limit
// processes.
func simulate(p program, limit int) (seen forkcount.Prediction, ok bool) {
	s := simulation{waiting: [][]bool{nil}}
	for len(s.waiting) > 0 {
		if int(s.Processes)+len(s.waiting) > limit {
			return s.Prediction, false
		}
		last := len(s.waiting) - 1
		w := walk{simulation: &s, path: s.waiting[last]}
		s.waiting = s.waiting[:last]
		s.Processes++
		if w.run(p) {
			w.flush()
		}
	}
	return s.Prediction, true
}

// flush writes the buffer. What an ancestor wrote before this process was born is
// the ancestor's.
func (w *walk) flush() {
	if w.at >= len(w.path) {
		w.Lines += w.buffered
	}
	w.buffered = 0
}

// fork returns what it returns to this process. The first process to come to a
// fork is the parent, and its child has to wait.
func (w *walk) fork() bool {
	if w.at == len(w.path) {
		child := append(append([]bool(nil), w.path...), false)
		w.waiting = append(w.waiting, child)
		w.path = append(w.path, true)
	}
	w.at++
	return w.path[w.at-1]
}

func (w *walk) evaluate(expression forkcount.Expression) bool {
	switch e := expression.(type) {
	case forkcount.And:
		return w.evaluate(e.Left) && w.evaluate(e.Right)
	case forkcount.Or:
		return w.evaluate(e.Left) || w.evaluate(e.Right)
	case forkcount.Not:
		return !w.evaluate(e.X)
	}
	return w.fork()
}

// run reports whether the process comes to the end of the program.
func (w *walk) run(p program) bool {
	for _, statement := range p {
		if !w.step(statement) {
			return false
		}
	}
	return true
}

func (w *walk) step(statement forkcount.Statement) bool {
	switch s := statement.(type) {
	case forkcount.Print:
		w.buffered++
	case forkcount.Flush:
		w.flush()
	case forkcount.Exit:
		w.flush()
		return false
	case forkcount.ExitNow:
		return false
	case forkcount.If:
		if w.evaluate(s.Condition) {
			return w.run(s.Then)
		}
		return w.run(s.Else)
	case forkcount.Loop:
		for range s.N {
			if !w.run(s.Body) {
				return false
			}
		}
	default:
		w.evaluate(s)
	}
	return true
}
