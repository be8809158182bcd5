// Package pipeline keeps what has arrived in a queue under a mutex. Sources wait on
// a condition variable until their line was taken, and so does the loop until there
// is one. The other stages pull.
package pipeline

import (
	"bufio"
	"bytes"
	"io/fs"
	"iter"
	"math"
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
		// With their newlines: bufio.ScanLines would not tell what a file ends with
		// from what was read of a line before an error.
		lines.Split(func(data []byte, last bool) (int, []byte, error) {
			end := bytes.IndexByte(data, '\n') + 1
			if end == 0 && last {
				end = len(data)
			}
			if end == 0 {
				return 0, nil, nil
			}
			return end, data[:end], nil
		})
		for lines.Scan() {
			line, whole := strings.CutSuffix(lines.Text(), "\n")
			if !whole && lines.Err() != nil {
				break
			}
			if !yield(line, nil) {
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
	line string
	err  error
	took *bool
}

// put waits until the loop has taken the line, and reports whether it has.
func (q *queue) put(line string, err error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	took := false
	q.waiting = append(q.waiting, item{line, err, &took})
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
func (q *queue) run(source Lines) {
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
	source(func(line string, err error) bool { return q.put(line, err) && err == nil })
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
		for _, source := range sources {
			go q.run(source)
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
