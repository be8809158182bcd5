//go:build linux

// Package mmap gives the bytes to one goroutine, which does what all others ask of it, one
// after the other, and is the only one for which a fault is a panic.
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

// Mapping is a file that is mapped into memory, from an offset on. Its methods count
// bytes from there. Errors of all of them may wrap more around those named.
type Mapping struct {
	// asked takes what the owner is to do, and ended is closed when there is none.
	asked chan func()
	ended chan struct{}

	// The owner alone knows these.
	file   *os.File
	offset int64
	mode   Mode
	data   []byte
}

// Map maps the file at path, from offset to its end, to be read and written. A Shared
// mapping needs the permission to read and to write the file, a Private one only
// that to read it. Where the file is empty, or ends at offset, the mapping is empty.
//
// If offset is negative, beyond the end of the file or no multiple of the page size,
// the error is ErrOffset. If there is nothing at path, it is fs.ErrNotExist. A folder
// is an error too.
func Map(path string, offset int64, mode Mode) (*Mapping, error) {
	flag := os.O_RDWR
	if mode == Private {
		flag = os.O_RDONLY
	}
	file, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return nil, err
	}
	m := &Mapping{file: file, offset: offset, mode: mode}
	if err := m.init(); err != nil {
		file.Close()
		return nil, err
	}
	m.asked, m.ended = make(chan func()), make(chan struct{})
	go m.own()
	return m, nil
}

// own is the owner's life. It ends when there are no bytes left to own.
func (m *Mapping) own() {
	debug.SetPanicOnFault(true)
	defer close(m.ended)
	for m.file != nil {
		(<-m.asked)()
	}
}

// ask lets the owner call f, and waits until it has.
func (m *Mapping) ask(f func() error) (err error) {
	done := make(chan struct{})
	select {
	case m.asked <- func() { err = f(); close(done) }:
		<-done
		return err
	case <-m.ended:
		return fs.ErrClosed
	}
}

func (m *Mapping) init() error {
	info, err := m.file.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return &fs.PathError{Op: "mmap", Path: m.file.Name(), Err: unix.EISDIR}
	}
	if m.offset < 0 || m.offset > info.Size() || m.offset%int64(os.Getpagesize()) != 0 {
		return fmt.Errorf("%w: %d", ErrOffset, m.offset)
	}
	if info.Size() == m.offset {
		return nil
	}
	return m.mmap(info.Size() - m.offset)
}

func (m *Mapping) mmap(size int64) error {
	kind := unix.MAP_SHARED
	if m.mode == Private {
		kind = unix.MAP_PRIVATE
	}
	if size > math.MaxInt {
		return unix.ENOMEM
	}
	data, err := unix.Mmap(int(m.file.Fd()), m.offset, int(size), unix.PROT_READ|unix.PROT_WRITE, kind)
	if err != nil {
		return os.NewSyscallError("mmap", err)
	}
	m.data = data
	return nil
}

// guard calls f, and returns ErrTruncated where it comes to a page that is gone.
func guard(f func()) (err error) {
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			err = ErrTruncated
		default:
			panic(fault)
		}
	}()
	f()
	return nil
}

// ReadAt reads as io.ReaderAt says: len(p) bytes from off on, or fewer if the mapping
// ends before, and then the error is io.EOF. If off is negative, the error is ErrRange.
// If bytes are gone, it is ErrTruncated, and after Close it is fs.ErrClosed.
func (m *Mapping) ReadAt(p []byte, off int64) (n int, err error) {
	err = m.ask(func() error {
		switch {
		case off < 0:
			return ErrRange
		case len(p) == 0:
			return nil
		case off >= int64(len(m.data)):
			return io.EOF
		}
		err := guard(func() { n = copy(p, m.data[off:]) })
		if err == nil && n < len(p) {
			err = io.EOF
		}
		return err
	})
	return n, err
}

// WriteAt overwrites len(p) bytes from off on and returns len(p).
//
// If they are not all within the mapping, WriteAt writes nothing and returns 0 and
// ErrRange. If bytes are gone, the error is ErrTruncated; WriteAt never makes the file
// longer. After Close it is fs.ErrClosed.
func (m *Mapping) WriteAt(p []byte, off int64) (n int, err error) {
	err = m.ask(func() error {
		if off < 0 || off > int64(len(m.data))-int64(len(p)) {
			return ErrRange
		}
		return guard(func() { n = copy(m.data[off:], p) })
	})
	return n, err
}

// line returns the line that begins at off, and where the next one does. It is for the
// owner to call.
func (m *Mapping) line(off int) (line string, next int, err error) {
	if off >= len(m.data) {
		return "", 0, io.EOF
	}
	err = guard(func() {
		// Page by page: a search may load more than it was asked for, and what is behind
		// the line may be gone.
		page := os.Getpagesize()
		for at := off; at < len(m.data); {
			end := min((at/page+1)*page, len(m.data))
			if i := bytes.IndexByte(m.data[at:end], '\n'); i >= 0 {
				line, next = string(m.data[off:at+i]), at+i+1
				return
			}
			at = end
		}
		line, next = string(m.data[off:]), len(m.data)
	})
	if err != nil {
		return "", 0, err
	}
	return line, next, nil
}

// Lines returns the lines of the mapping, from its beginning, without their newlines.
// Nothing else is taken from them, a line may have any length, and a last line may
// lack its newline. Each loop begins anew.
//
// A line is read when the loop asks for it: what has been written to it by then shows.
// The loop's body may call any method. If it is Grow, the loop goes on to the new
// end; where it goes on if the last line had no newline is left open. If bytes of a line are gone, the loop gets "" and ErrTruncated in place of the
// line, and if the mapping has been closed, "" and fs.ErrClosed; either is the last
// that it gets.
func (m *Mapping) Lines() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for off := 0; ; {
			var line string
			var next int
			err := m.ask(func() (err error) {
				line, next, err = m.line(off)
				return err
			})
			if err == io.EOF || !yield(line, err) || err != nil {
				return
			}
			off = next
		}
	}
}

// Grow makes a Shared mapping size bytes long, and the file as long as it takes. What
// was in it stays, and what is new in the file is zero. If the mapping has size bytes
// or more, Grow changes nothing and returns nil. It never makes the file shorter: what
// others have put behind the mapping is in it then.
//
// If there can be no such file or mapping, Grow returns an error and the mapping is as
// it was; how long the file is then is left open. Of a Private mapping the error is
// ErrPrivate, and the file stays as it was. After Close it is fs.ErrClosed; of a Private
// mapping that was closed, either is right.
func (m *Mapping) Grow(size int64) error {
	return m.ask(func() error { return m.grow(size) })
}

func (m *Mapping) grow(size int64) (err error) {
	old := int64(len(m.data))
	switch {
	case m.mode == Private:
		return ErrPrivate
	case size <= old:
		return nil
	case size > math.MaxInt64-m.offset || size > math.MaxInt:
		return unix.EFBIG
	}
	// Memory first: it may be had before the file is there, and given back.
	if old == 0 {
		err = m.mmap(size)
	} else {
		var data []byte
		if data, err = unix.Mremap(m.data, int(size), unix.MREMAP_MAYMOVE); err == nil {
			m.data = data
		}
	}
	if err != nil {
		return err
	}
	info, err := m.file.Stat()
	if err == nil && info.Size() < m.offset+size {
		err = m.file.Truncate(m.offset + size)
	}
	if err != nil {
		return errors.Join(err, m.back(int(old)))
	}
	return nil
}

// back undoes what Grow has done to the mapping.
func (m *Mapping) back(old int) error {
	if old == 0 {
		data := m.data
		m.data = nil
		return unix.Munmap(data)
	}
	data, err := unix.Mremap(m.data, old, 0)
	if err == nil {
		m.data = data
	}
	return err
}

// Flush returns when the kernel has written what is in a Shared mapping to where the
// file is kept, so that it outlives a loss of power. If the kernel says that it
// couldn't, as with EIO, Flush returns that error. Of a Private mapping it does nothing.
// After Close the error is fs.ErrClosed.
func (m *Mapping) Flush() error {
	return m.ask(func() error {
		if m.mode == Private || len(m.data) == 0 {
			return nil
		}
		return os.NewSyscallError("msync", unix.Msync(m.data, unix.MS_SYNC))
	})
}

// Close waits for calls that are under way, and unmaps the file. What was written to
// a Shared mapping is in the file, with or without a Flush. Close again does nothing
// and returns nil.
func (m *Mapping) Close() error {
	err := m.ask(func() (err error) {
		if len(m.data) > 0 {
			err = unix.Munmap(m.data)
		}
		err = errors.Join(err, m.file.Close())
		m.data, m.file = nil, nil
		return err
	})
	if errors.Is(err, fs.ErrClosed) {
		return nil
	}
	<-m.ended
	return err
}
