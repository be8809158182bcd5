//go:build linux

package mmap

import (
	"errors"
	"iter"
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
	// Private: they are the mapping's own. Writing copies the page, and neither the
	// file nor any other mapping ever shows what was written. A page that the
	// mapping hasn't written to shows the file, with what others write there.
	Private
)

// Mapping is a file that is mapped into memory, from an offset on. Its methods count
// bytes from there. Errors of all of them may wrap more around those named.
type Mapping struct{}

// Map maps the file at path, from offset to its end, to be read and written. A Shared
// mapping needs the permission to read and to write the file, a Private one only
// that to read it. Where the file is empty, or ends at offset, the mapping is empty.
//
// If offset is negative, beyond the end of the file or no multiple of the page size,
// the error is ErrOffset. If there is nothing at path, it is fs.ErrNotExist. A folder
// is an error too.
func Map(path string, offset int64, mode Mode) (*Mapping, error) {
	panic("TODO: implement Map")
}

// ReadAt reads as io.ReaderAt says: len(p) bytes from off on, or fewer if the mapping
// ends before, and then the error is io.EOF. If off is negative, the error is ErrRange.
// If bytes are gone, it is ErrTruncated, and after Close it is fs.ErrClosed.
func (m *Mapping) ReadAt(p []byte, off int64) (int, error) {
	panic("TODO: implement ReadAt")
}

// WriteAt overwrites len(p) bytes from off on and returns len(p).
//
// If they are not all within the mapping, WriteAt writes nothing and returns 0 and
// ErrRange. If bytes are gone, the error is ErrTruncated; WriteAt never makes the file
// longer. After Close it is fs.ErrClosed.
func (m *Mapping) WriteAt(p []byte, off int64) (int, error) {
	panic("TODO: implement WriteAt")
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
	panic("TODO: implement Lines")
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
	panic("TODO: implement Grow")
}

// Flush returns when the kernel has written what is in a Shared mapping to where the
// file is kept, so that it outlives a loss of power. If the kernel says that it
// couldn't, as with EIO, Flush returns that error. Of a Private mapping it does nothing.
// After Close the error is fs.ErrClosed.
func (m *Mapping) Flush() error {
	panic("TODO: implement Flush")
}

// Close waits for calls that are under way, and unmaps the file. What was written to
// a Shared mapping is in the file, with or without a Flush. Close again does nothing
// and returns nil.
func (m *Mapping) Close() error {
	panic("TODO: implement Close")
}
