// Package pipeline pulls one line of each source in turn: a source that has to wait
// holds up all the others.
package pipeline

import (
	"bufio"
	"io"
	"io/fs"
	"iter"
	"strings"
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
			yield("", err)
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

// Merge returns the lines of all sources in the order in which they yield them.
func Merge(sources ...Lines) Lines {
	return func(yield func(string, error) bool) {
		var pulls []func() (string, error, bool)
		for _, source := range sources {
			next, stop := iter.Pull2(source)
			defer stop()
			pulls = append(pulls, next)
		}
		for len(pulls) > 0 {
			line, err, ok := pulls[0]() // want "lets its sources wait beside each other" wrong
			switch {
			case !ok:
				pulls = pulls[1:]
				continue
			case !yield(line, err) || err != nil:
				return
			}
			pulls = append(pulls[1:], pulls[0])
		}
	}
}
