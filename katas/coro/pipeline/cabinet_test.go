package pipeline_test

import (
	"io"
	"io/fs"
	"strconv"
	"strings"
	"sync"
)

// cabinet is a file system that keeps count of what is done with it. Its files are
// called 0, 1 and so on.
type cabinet struct {
	files []string

	mu          sync.Mutex
	begun       int // files that were opened
	read        int
	open, crowd int // files that are open, and the most that ever were
}

// newCabinet makes a file of each text. A Read returns what is up to the next bar,
// and fails at an exclamation mark. If there is an ampersand at the end, the last
// piece comes along with what ends the file.
func newCabinet(texts ...string) *cabinet { return &cabinet{files: texts} }

func (c *cabinet) count(what *int, by int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	*what += by
	c.crowd = max(c.crowd, c.open)
	return *what
}

func (c *cabinet) opened() int    { return c.count(&c.begun, 0) }
func (c *cabinet) reads() int     { return c.count(&c.read, 0) }
func (c *cabinet) stillOpen() int { return c.count(&c.open, 0) }
func (c *cabinet) most() int      { return c.count(&c.crowd, 0) }

// Open opens a file.
func (c *cabinet) Open(name string) (fs.File, error) {
	number, err := strconv.Atoi(name)
	if err != nil || number >= len(c.files) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	c.count(&c.begun, 1)
	c.count(&c.open, 1)
	text, broken := strings.CutSuffix(c.files[number], "!")
	text, along := strings.CutSuffix(text, "&")
	return &file{cabinet: c, pieces: strings.Split(text, "|"), along: along, broken: broken}, nil
}

// file is one that is open.
type file struct {
	cabinet *cabinet
	pieces  []string
	along   bool
	broken  bool
	closed  bool
}

func (f *file) Stat() (fs.FileInfo, error) { return nil, fs.ErrInvalid }

func (f *file) Read(into []byte) (int, error) {
	f.cabinet.count(&f.cabinet.read, 1)
	for len(f.pieces) > 0 && f.pieces[0] == "" {
		f.pieces = f.pieces[1:]
	}
	end := io.EOF
	if f.broken {
		end = errMishap
	}
	switch {
	case f.closed:
		return 0, fs.ErrClosed
	case len(f.pieces) > 0:
		n := copy(into, f.pieces[0])
		f.pieces[0] = f.pieces[0][n:]
		if f.along && len(f.pieces) == 1 && f.pieces[0] == "" {
			return n, end
		}
		return n, nil
	}
	return 0, end
}

// Close closes the file. Closing it again does nothing.
func (f *file) Close() error {
	if !f.closed {
		f.closed = true
		f.cabinet.count(&f.cabinet.open, -1)
	}
	return nil
}
