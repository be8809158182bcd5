// Package pipeline lets no source of Merge run unless the loop wants a line: then
// each that has none waiting is asked for one, in its goroutine, by iter.Pull2.
package pipeline

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"iter"
	"strings"
	"sync"
)

// Lines is a sequence of lines without the newlines at their ends. If it ends
// because something went wrong, its last pair holds the error.
type Lines = iter.Seq2[string, error]

// read returns the lines of one file.
func read(files fs.FS, name string) Lines {
	return func(yield func(string, error) bool) {
		file, err := files.Open(name)
		if err != nil {
			yield("", err)
			return
		}
		defer file.Close()
		for reader := bufio.NewReaderSize(file, 64); ; {
			line, err := reader.ReadBytes('\n')
			text, whole := strings.CutSuffix(string(line), "\n")
			switch {
			case errors.Is(err, io.EOF) && text == "":
				return
			case err != nil && !errors.Is(err, io.EOF):
				yield("", err)
				return
			case !yield(text, nil) || !whole:
				return
			}
		}
	}
}

// Cat returns the lines of one file after the other.
func Cat(files fs.FS, names ...string) Lines {
	return func(yield func(string, error) bool) {
		for _, name := range names {
			for line, err := range read(files, name) {
				if !yield(line, err) || err != nil {
					return
				}
			}
		}
	}
}

// Grep returns the lines that contain pattern.
func Grep(pattern string, lines Lines) Lines {
	return func(yield func(string, error) bool) {
		for line, err := range lines {
			if err == nil && !strings.Contains(line, pattern) {
				continue
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// Head returns the first count lines.
func Head(count int, lines Lines) Lines {
	switch {
	case count < 0:
		panic("pipeline: negative count")
	case count == 0:
		return func(func(string, error) bool) {}
	}
	return func(yield func(string, error) bool) {
		seen := 0
		for line, err := range lines {
			if seen++; !yield(line, err) || err != nil || seen == count {
				break
			}
		}
	}
}

// reply is what a worker has to say when it was asked for a line.
type reply struct {
	from     int
	line     string
	err      error
	ok       bool
	panicked any
}

// Merge returns the lines of all sources in the order in which the sources yield
// them.
func Merge(sources ...Lines) Lines {
	return func(yield func(string, error) bool) {
		// No worker ever waits for the loop to listen.
		replies := make(chan reply, len(sources))
		asks := make([]chan struct{}, len(sources))
		idle := make([]bool, len(sources))
		var workers sync.WaitGroup
		for i, source := range sources {
			asks[i], idle[i] = make(chan struct{}, 1), true
			workers.Go(func() { work(i, source, asks[i], replies) })
		}
		end := sync.OnceFunc(func() {
			for _, ask := range asks {
				close(ask)
			}
			workers.Wait()
		})
		defer end()
		for left := len(sources); left > 0; {
			for i := range idle {
				if idle[i] {
					idle[i] = false
					asks[i] <- struct{}{}
				}
			}
			got := <-replies
			switch {
			case got.panicked != nil:
				end()
				panic(got.panicked)
			case !got.ok:
				left--
				continue
			case !yield(got.line, got.err) || got.err != nil:
				return
			}
			idle[got.from] = true
		}
	}
}

func work(number int, source Lines, asks <-chan struct{}, replies chan<- reply) {
	next, stop := iter.Pull2(source)
	defer stop()
	for range asks {
		reply := ask(next)
		reply.from = number
		replies <- reply
	}
}

func ask(next func() (string, error, bool)) (got reply) {
	defer func() { got.panicked = recover() }()
	got.line, got.err, got.ok = next()
	return got
}
