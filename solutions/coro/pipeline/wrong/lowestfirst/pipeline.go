// Package pipeline gives each source a place of its own to put its line in, and looks
// for lines from the first place on: as long as the first source has any, those of the
// others wait.
package pipeline

import (
	"bufio"
	"io/fs"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"
)

// Lines is a sequence of lines without the newlines at their ends. If it ends
// because something went wrong, its last pair holds the error.
type Lines = iter.Seq2[string, error]

// Cat returns the lines of one file after the other.
func Cat(files fs.FS, names ...string) Lines {
	one := func(name string, yield func(string, error) bool) (more bool) {
		file, err := files.Open(name)
		if err != nil {
			return yield("", err) && false
		}
		defer file.Close()
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, math.MaxInt)
		for lines.Scan() {
			if !yield(lines.Text(), nil) {
				return false
			}
		}
		if lines.Err() != nil {
			return yield("", lines.Err()) && false
		}
		return true
	}
	return func(yield func(string, error) bool) {
		for i := 0; i < len(names) && one(names[i], yield); i++ {
		}
	}
}

// Grep returns the lines that contain pattern.
func Grep(pattern string, lines Lines) Lines {
	return func(yield func(string, error) bool) {
		next, stop := iter.Pull2(lines)
		defer stop()
		for {
			line, err, ok := next()
			if !ok || (err != nil || strings.Contains(line, pattern)) && !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// Head returns the first count lines.
func Head(count int, lines Lines) Lines {
	if count < 0 {
		panic("pipeline: negative count")
	}
	return func(yield func(string, error) bool) {
		next, stop := iter.Pull2(lines)
		defer stop()
		for range count {
			line, err, ok := next()
			if !ok || !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// queue is what the goroutines of one loop share.
type queue struct {
	mu      sync.Mutex
	change  *sync.Cond
	waiting []item
	running int
	over    bool
	broken  bool
	reason  any // of a panic
}

type item struct {
	number int
	line   string
	err    error
	took   *bool
}

// put waits until the loop has taken the line, and reports whether it has.
func (q *queue) put(number int, line string, err error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	took := false
	q.waiting = append(q.waiting, item{number, line, err, &took})
	slices.SortFunc(q.waiting, func(a, b item) int { return a.number - b.number }) // want "hands out lines in the order in which they arrive" wrong
	q.change.Broadcast()
	for !took && !q.over {
		q.change.Wait()
	}
	return took
}

// take waits for a line. There is none if all sources have ended, or one panicked.
func (q *queue) take() (next item, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 && q.running > 0 && !q.broken {
		q.change.Wait()
	}
	if len(q.waiting) == 0 {
		return next, false
	}
	next, q.waiting = q.waiting[0], q.waiting[1:]
	*next.took = true
	q.change.Broadcast()
	return next, true
}

// run is the goroutine of a source.
func (q *queue) run(number int, source Lines) {
	defer func() {
		reason := recover()
		q.mu.Lock()
		defer q.mu.Unlock()
		if reason != nil && !q.broken {
			q.broken, q.reason = true, reason
		}
		q.running--
		q.change.Broadcast()
	}()
	source(func(line string, err error) bool { return q.put(number, line, err) && err == nil })
}

// end waits until all goroutines are gone.
func (q *queue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = true
	q.change.Broadcast()
	for q.running > 0 {
		q.change.Wait()
	}
}

// Merge returns the lines of all sources in the order in which the sources yield
// them.
func Merge(sources ...Lines) Lines {
	return func(yield func(string, error) bool) {
		q := &queue{running: len(sources)}
		q.change = sync.NewCond(&q.mu)
		defer q.end()
		for number, source := range sources {
			go q.run(number, source)
		}
		for {
			next, ok := q.take()
			if !ok {
				break
			}
			if !yield(next.line, next.err) || next.err != nil {
				return
			}
		}
		if q.end(); q.broken {
			panic(q.reason)
		}
	}
}
