//go:build linux

// Package mmap maps an empty file like any other, which the kernel refuses.
package mmap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"runtime/debug"
	"sync"

	"golang.org/x/sys/unix"
)

var (
	// ErrOffset says that a mapping can't begin there.
	ErrOffset = errors.New("mmap: offset is no multiple of the page size, or outside the file")
	// ErrRange says that the bytes are not all within the mapping.
	ErrRange = errors.New("mmap: outside the mapping")
	// ErrPrivate says that a private view can't do that.
	ErrPrivate = errors.New("mmap: not for a private view")
	// ErrTruncated says that somebody has cut the file, and the bytes are gone.
	ErrTruncated = errors.New("mmap: the file was truncated")
)

// Mode says whose the bytes are that are written to a mapping.
type Mode int

const (
	// Shared: they are the file's.
	Shared Mode = iota
	// Private: they are the mapping's own.
	Private
)

// Mapping is a file that is mapped into memory, from an offset on.
type Mapping struct {
	file   *os.File
	offset int64
	mode   Mode

	// mu is held for reading while the bytes are used, and for writing while they move.
	mu     sync.RWMutex
	data   []byte
	closed bool
}

// Map maps the file at path, from offset to its end.
func Map(path string, offset int64, mode Mode) (*Mapping, error) {
	flags := os.O_RDWR
	if mode == Private {
		flags = os.O_RDONLY
	}
	file, err := os.OpenFile(path, flags, 0)
	if err != nil {
		return nil, err
	}
	m := &Mapping{file: file, offset: offset, mode: mode}
	if err := m.begin(); err != nil {
		file.Close()
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	return m, nil
}

// begin maps what the file has beyond the offset.
func (m *Mapping) begin() error {
	info, err := m.file.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return unix.EISDIR
	}
	if m.offset < 0 || m.offset > info.Size() || m.offset%int64(os.Getpagesize()) != 0 {
		return ErrOffset
	}
	return m.resize(info.Size() - m.offset)
}

// resize makes the mapping size bytes long, or leaves it as it is.
func (m *Mapping) resize(size int64) (err error) {
	if size > math.MaxInt {
		return unix.ENOMEM
	}
	data := m.data
	if data != nil {
		data, err = unix.Mremap(data, int(size), unix.MREMAP_MAYMOVE)
	} else {
		flags := unix.MAP_SHARED
		if m.mode == Private {
			flags = unix.MAP_PRIVATE
		}
		data, err = unix.Mmap(int(m.file.Fd()), m.offset, int(size), unix.PROT_READ|unix.PROT_WRITE, flags) // want "is empty for an empty file, and grows from there" wrong
	}
	if err == nil {
		m.data = data
	}
	return err
}

// ReadAt reads from off on.
func (m *Mapping) ReadAt(p []byte, off int64) (n int, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	switch {
	case m.closed:
		return 0, fs.ErrClosed
	case off < 0:
		return 0, ErrRange
	case off >= int64(len(m.data)):
		return 0, io.EOF
	}
	if err := faultless(func() { n = copy(p, m.data[off:]) }); err != nil {
		return 0, err
	}
	if n < len(p) {
		err = io.EOF
	}
	return n, err
}

// WriteAt overwrites what is at off.
func (m *Mapping) WriteAt(p []byte, off int64) (n int, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	switch {
	case m.closed:
		return 0, fs.ErrClosed
	case off < 0 || off > int64(len(m.data)) || len(p) > len(m.data[off:]):
		return 0, ErrRange
	}
	err = faultless(func() { n = copy(m.data[off:], p) })
	return n, err
}

// Lines returns the lines of the mapping.
func (m *Mapping) Lines() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for at := 0; ; {
			line, err := m.line(at)
			if err == io.EOF {
				return
			}
			if !yield(line, err) || err != nil {
				return
			}
			at += len(line) + len("\n")
		}
	}
}

// line returns the line that begins at a place. It holds the lock no longer, so that
// the loop's body can move or close the mapping.
func (m *Mapping) line(at int) (line string, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	switch {
	case m.closed:
		return "", fs.ErrClosed
	case at >= len(m.data):
		return "", io.EOF
	}
	err = faultless(func() {
		rest := m.data[at:]
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			rest = rest[:end]
		}
		line = string(rest)
	})
	return line, err
}

// faultless calls use, and returns ErrTruncated if it touches a page that the file
// doesn't have any more. To ask for the file's length before would be in vain: it may
// change between the question and the use.
func faultless(use func()) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		reason := recover()
		if _, fault := reason.(interface{ Addr() uintptr }); fault {
			err = ErrTruncated
		} else if reason != nil {
			panic(reason)
		}
	}()
	use()
	return nil
}

// Grow makes the mapping size bytes long.
func (m *Mapping) Grow(size int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return fs.ErrClosed
	case m.mode == Private:
		return ErrPrivate
	case size <= int64(len(m.data)):
		return nil
	case size > math.MaxInt64-m.offset:
		return unix.EFBIG
	}
	info, err := m.file.Stat()
	if err != nil {
		return err
	}
	if end := m.offset + size; info.Size() < end {
		if err := m.file.Truncate(end); err != nil {
			return err
		}
	}
	return m.resize(size)
}

// Flush writes the pages back and waits for it.
func (m *Mapping) Flush() error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	switch {
	case m.closed:
		return fs.ErrClosed
	case m.mode == Private || len(m.data) == 0:
		return nil
	}
	return unix.Msync(m.data, unix.MS_SYNC)
}

// Close unmaps the file.
func (m *Mapping) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	var failed error
	if m.data != nil {
		failed = unix.Munmap(m.data)
		m.data = nil
	}
	return errors.Join(failed, m.file.Close())
}
