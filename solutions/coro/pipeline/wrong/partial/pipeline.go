// Package pipeline hands out what there is of a line when its file can't be read any
// further, as if it were a whole one.
package pipeline

import (
	"bufio"
	"io"
	"io/fs"
	"iter"
	"strings"
	"sync"
)

// Lines is a sequence of lines, at whose end there may be an error.
type Lines = iter.Seq2[string, error]

// Cat returns the lines of one file after the other.
func Cat(files fs.FS, names ...string) Lines {
	return func(yield func(string, error) bool) {
		for _, name := range names {
			if !cat(files, name, yield) {
				return
			}
		}
	}
}

// cat is a function of its own so that each file is closed before the next. It
// returns false if nothing may follow.
func cat(files fs.FS, name string, yield func(string, error) bool) bool {
	file, err := files.Open(name)
	if err != nil {
		yield("", err)
		return false
	}
	defer file.Close()
	reader := bufio.NewReader(file)
	for {
		line, err := reader.ReadString('\n')
		switch {
		case err == io.EOF:
			return line == "" || yield(line, nil)
		case err != nil:
			if line == "" || yield(line, nil) { // want "hands on an error once, as the last" wrong
				yield("", err)
			}
			return false
		case !yield(strings.TrimSuffix(line, "\n"), nil):
			return false
		}
	}
}

// Grep returns the lines that contain pattern.
func Grep(pattern string, lines Lines) Lines {
	return func(yield func(string, error) bool) {
		for line, err := range lines {
			if err != nil {
				yield("", err)
				return
			}
			if strings.Contains(line, pattern) && !yield(line, nil) {
				return
			}
		}
	}
}

// Head returns the first count lines.
func Head(count int, lines Lines) Lines {
	if count < 0 {
		panic("pipeline: Head of less than no lines")
	}
	return func(yield func(string, error) bool) {
		if count == 0 {
			return
		}
		// Not count itself: the next loop begins with it again.
		left := count
		for line, err := range lines {
			left--
			if !yield(line, err) || err != nil || left == 0 {
				return
			}
		}
	}
}

// arrival is what the goroutine of a source hands over: a pair, or its end.
type arrival struct {
	line     string
	err      error
	over     bool
	panicked any
}

// Merge returns the lines of all sources in the order in which they yield them.
func Merge(sources ...Lines) Lines {
	return func(yield func(string, error) bool) {
		// Unbuffered: a source is held back until its line is taken, and those that
		// wait are served in their order.
		arrivals, over := make(chan arrival), make(chan struct{})
		var running sync.WaitGroup
		defer running.Wait()
		defer close(over) // before the wait
		for _, source := range sources {
			running.Go(func() { hand(source, arrivals, over) })
		}
		for left := len(sources); left > 0; {
			arrived := <-arrivals
			switch {
			case arrived.panicked != nil:
				panic(arrived.panicked)
			case arrived.over:
				left--
			case !yield(arrived.line, arrived.err) || arrived.err != nil:
				return
			}
		}
	}
}

// hand hands over what a source yields, and that it has ended.
func hand(source Lines, arrivals chan<- arrival, over <-chan struct{}) {
	send := func(a arrival) bool {
		select {
		case arrivals <- a:
			return true
		case <-over:
			return false
		}
	}
	defer func() { send(arrival{over: true, panicked: recover()}) }()
	for line, err := range source {
		if !send(arrival{line: line, err: err}) || err != nil {
			return
		}
	}
}
