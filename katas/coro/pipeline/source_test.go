package pipeline_test

import (
	"errors"
	"fmt"
	"iter"
	"sync/atomic"

	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/katas/coro/pipeline"
)

// limit is more lines than the specs expect of any pipeline that ends.
const limit = 100

// errMishap is what a body panics with, and what a source or a file fails with.
var (
	errMishap = errors.New("a mishap of the spec's own")
	errOther  = errors.New("another mishap of the spec's own")
)

// pair is what a loop is handed.
type pair struct {
	line string
	err  error
}

// all returns all pairs. It gives up on a sequence that doesn't end.
func all(lines pipeline.Lines) (pairs []pair) {
	for line, err := range lines {
		if pairs = append(pairs, pair{line, err}); len(pairs) == 10*limit {
			break
		}
	}
	return pairs
}

// failed counts the errors.
func failed(pairs []pair) (count int) {
	for _, pair := range pairs {
		if pair.err != nil {
			count++
		}
	}
	return count
}

// first breaks after count lines.
func first(count int, lines pipeline.Lines) (seen []string, err error) {
	for line, err := range lines {
		if err != nil {
			return seen, err
		}
		if seen = append(seen, line); len(seen) == count {
			break
		}
	}
	return seen, nil
}

// prefixed puts a prefix before each line.
func prefixed(prefix string, lines pipeline.Lines) pipeline.Lines {
	return func(yield func(string, error) bool) {
		for line, err := range lines {
			if !yield(prefix+line, err) {
				return
			}
		}
	}
}

// ways are those in which a loop over at least count lines can end.
var ways = []struct {
	name string
	loop func(count int, lines pipeline.Lines)
}{
	{"everything was seen", func(_ int, lines pipeline.Lines) { all(lines) }},
	{"left by break", func(count int, lines pipeline.Lines) { first(count, lines) }},
	{"its body panicked", func(count int, lines pipeline.Lines) {
		Expect(func() {
			for range lines {
				if count--; count == 0 {
					panic(errMishap)
				}
			}
		}).To(PanicWith(BeIdenticalTo(errMishap)))
	}},
	{"stop was called", func(count int, lines pipeline.Lines) {
		next, stop := iter.Pull2(lines)
		defer stop()
		for range count {
			next()
		}
	}},
}

// source is the sequence of lines 0, 1, 2 and so on up to its length, and keeps
// count of what is done with it. It counts with atomics, because a wrong answer may
// run it while the spec looks.
type source struct {
	length int
	// fails: after so many lines there is an error, and it goes on after that. If it
	// is 0, there is none.
	fails                       int
	begun, taken, errors, ended atomic.Int64
}

func (s *source) lines(yield func(string, error) bool) {
	s.begun.Add(1)
	defer s.ended.Add(1)
	for i := range s.length {
		if s.fails > 0 && i == s.fails {
			s.errors.Add(1)
			if !yield("", errMishap) {
				return
			}
		}
		s.taken.Add(1)
		if !yield(fmt.Sprint(i), nil) {
			return
		}
	}
}

// use is what was done with a source: how often it was begun, how many lines and
// errors it has yielded, and how often it has ended.
type use struct{ begun, taken, failed, ended int }

func (s *source) use() use {
	return use{int(s.begun.Load()), int(s.taken.Load()), int(s.errors.Load()), int(s.ended.Load())}
}
