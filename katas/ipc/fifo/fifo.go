//go:build linux

package fifo

import (
	"context"
	"errors"
	"io/fs"
)

var (
	// ErrNotFIFO says that what is at the path isn't a FIFO.
	ErrNotFIFO = errors.New("fifo: not a FIFO")
	// ErrInUse says that somebody has the FIFO open for reading already.
	ErrInUse = errors.New("fifo: somebody reads it already")
	// ErrTooLong says that a line and its newline have more than PIPE_BUF bytes.
	ErrTooLong = errors.New("fifo: line too long")
)

// Reader reads the lines that others write to a FIFO.
type Reader struct{}

// Writer writes lines to a FIFO.
type Writer struct{}

// Listen makes a FIFO at path and opens it for reading. It waits for nobody. The
// permission bits of the FIFO are those of perm without those of the process's
// umask, which stays as it is. The owner's bits of perm allow reading and writing.
//
// A FIFO that is at path already, and that nobody has open for reading, was left
// behind. Listen takes it over as it is, with its permission bits, and doesn't make
// a new one: somebody may be waiting in open(2) to write to it.
//
// If somebody has that FIFO open for reading, the error is ErrInUse. If there is
// something else at path, such as a file, a folder or a socket, the error is
// ErrNotFIFO. Both leave what is at path as it was. If there is no folder to make the
// FIFO in, the error is fs.ErrNotExist. Errors may wrap more around these.
func Listen(path string, perm fs.FileMode) (*Reader, error) {
	panic("TODO: implement Listen")
}

// Next returns the next line, without its newline. It waits until there is one,
// also when no writer is left, or none has come yet.
//
// For a line that is too long Next returns ErrTooLong, once, as soon as it knows or at
// the line's end, and goes on with the line after it.
//
// If ctx ends before there is a line, Next returns ctx.Err(), and nothing is lost: of
// half a line that has arrived by then, and the rest that comes later, a later Next
// makes a whole one. If ctx has ended and there is a line, either is right. After
// Close, whatever had arrived before, and when Close is called while it waits, Next
// returns fs.ErrClosed. Errors may wrap more around these.
func (r *Reader) Next(ctx context.Context) (string, error) {
	panic("TODO: implement Next")
}

// Close closes the FIFO, so that those who still write get EPIPE, and removes it
// from its path. That somebody has removed it already is no error, and what
// somebody has put in its place stays. Close again does nothing and returns nil.
func (r *Reader) Close() error {
	panic("TODO: implement Close")
}

// Open opens the FIFO at path for writing. It waits until somebody has it open for
// reading, or is about to: a reader that waits in open(2) for a writer counts.
//
// If ctx ends before that, or had ended before the call, Open returns ctx.Err(), even if
// there is a reader. If there is nothing at path, the error is fs.ErrNotExist, and if it
// isn't a FIFO, it is ErrNotFIFO; then Open doesn't wait, and leaves what is there as it
// was. If ctx has ended as well, either is right. Errors may wrap more around these.
func Open(ctx context.Context, path string) (*Writer, error) {
	panic("TODO: implement Open")
}

// Send writes line and a newline, whole or not at all, and has handed them to the
// kernel when it returns. It waits while there is no room for both.
//
// If the line is too long, the error is ErrTooLong; a line that holds a newline, at its
// end too, is an error as well. Both write nothing, and the Writer goes on. If nobody has the FIFO open
// for reading any more, or the last one leaves while Send waits, the error is
// syscall.EPIPE. Errors may wrap more around these.
func (w *Writer) Send(line string) error {
	panic("TODO: implement Send")
}

// Close closes the FIFO for this Writer.
func (w *Writer) Close() error {
	panic("TODO: implement Close")
}
