//go:build linux

// Package fifo holds only the reading end. The runtime's poller reports edges: an
// end of file wakes Next once, and the next thing that does is a new writer's line.
package fifo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

var (
	// ErrNotFIFO says that what is at the path isn't a FIFO.
	ErrNotFIFO = errors.New("fifo: not a FIFO")
	// ErrInUse says that somebody has the FIFO open for reading already.
	ErrInUse = errors.New("fifo: somebody reads it already")
	// ErrTooLong says that a line and its newline have more than PIPE_BUF bytes.
	ErrTooLong = errors.New("fifo: line too long")
)

const pipeBuf = 4096

// Reader reads the lines that others write to a FIFO.
type Reader struct {
	path   string
	file   *os.File
	info   fs.FileInfo
	conn   syscall.RawConn
	closed atomic.Bool
	// pending is what has arrived and was not returned yet.
	pending []byte
	// skipping: pending begins in a line that was too long, and was reported.
	skipping bool
}

// Writer writes lines to a FIFO.
type Writer struct{ file *os.File }

// open opens path, unless it holds something that isn't a FIFO.
func open(path string, flags int) (*os.File, error) {
	for {
		fd, err := unix.Open(path, flags|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		switch err {
		case nil:
			return os.NewFile(uintptr(fd), path), nil
		case unix.EINTR:
		default:
			return nil, &fs.PathError{Op: "open", Path: path, Err: err}
		}
	}
}

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
	if err := unix.Mkfifo(path, uint32(perm.Perm())); err != nil && err != unix.EEXIST {
		return nil, &fs.PathError{Op: "mkfifo", Path: path, Err: err}
	}
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Type() != fs.ModeNamedPipe {
		return nil, fmt.Errorf("%w: %s", ErrNotFIFO, path)
	}
	// A writer that may not wait gets in only where there is a reader.
	probe, err := open(path, unix.O_WRONLY)
	switch {
	case err == nil:
		probe.Close()
		return nil, fmt.Errorf("%w: %s", ErrInUse, path)
	case !errors.Is(err, unix.ENXIO):
		return nil, err
	}
	file, err := open(path, unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	conn, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, err
	}
	// Two who have asked at once both saw no reader: the lock lets one of them in.
	var locked error
	err = conn.Control(func(fd uintptr) { locked = unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB) })
	if err == nil {
		err = locked
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%w: %s: %w", ErrInUse, path, err)
	}
	if info, err = file.Stat(); err != nil {
		file.Close()
		return nil, err
	}
	return &Reader{path: path, file: file, info: info, conn: conn}, nil
}

// take cuts the next line off what is pending, if it is there.
func (r *Reader) take() (line string, err error, ok bool) {
	for {
		i := bytes.IndexByte(r.pending, '\n')
		switch {
		case r.skipping && i < 0:
			r.pending = r.pending[:0]
			return "", nil, false
		case r.skipping:
			r.pending, r.skipping = r.pending[i+1:], false
		case i < 0 && len(r.pending) < pipeBuf:
			return "", nil, false
		case i < 0:
			r.pending, r.skipping = r.pending[:0], true
			return "", ErrTooLong, true
		case i+1 > pipeBuf:
			r.pending = r.pending[i+1:]
			return "", ErrTooLong, true
		default:
			line = string(r.pending[:i])
			r.pending = r.pending[i+1:]
			return line, nil, true
		}
	}
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
	fired := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(fired)
		r.file.SetReadDeadline(time.Unix(1, 0))
	})
	defer func() {
		if !stop() {
			<-fired
			r.file.SetReadDeadline(time.Time{})
		}
	}()
	chunk := make([]byte, 16*pipeBuf)
	for {
		if r.closed.Load() {
			return "", fs.ErrClosed
		}
		if line, err, ok := r.take(); ok {
			return line, err
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
		var n int
		var failed error
		err := r.conn.Read(func(fd uintptr) bool {
			n, failed = unix.Read(int(fd), chunk)
			switch {
			case failed == unix.EINTR:
				n, failed = 0, nil
				return true
			case failed == unix.EAGAIN:
				return false
			case failed == nil && n == 0:
				// Nobody writes now. What is left of the last one is no line.
				r.pending, r.skipping = r.pending[:0], false
				return false
			}
			return true
		})
		switch {
		case r.closed.Load():
			return "", fs.ErrClosed
		case errors.Is(err, os.ErrDeadlineExceeded):
			if err := ctx.Err(); err != nil {
				return "", err
			}
		case err != nil:
			return "", err
		case failed != nil:
			return "", failed
		default:
			r.pending = append(r.pending, chunk[:n]...)
		}
	}
}

// Close closes the FIFO, so that those who still write get EPIPE, and removes it
// from its path. That somebody has removed it already is no error, and what
// somebody has put in its place stays. Close again does nothing and returns nil.
func (r *Reader) Close() error {
	if r.closed.Swap(true) {
		return nil
	}
	// The name goes first: who finds a FIFO without a reader may take it over.
	var err error
	if info, statErr := os.Lstat(r.path); statErr == nil && os.SameFile(info, r.info) {
		if err = os.Remove(r.path); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	return errors.Join(err, r.file.Close())
}

// Open opens the FIFO at path for writing. It waits until somebody has it open for
// reading, or is about to: a reader that waits in open(2) for a writer counts.
//
// If ctx ends before that, or had ended before the call, Open returns ctx.Err(), even if
// there is a reader. If there is nothing at path, the error is fs.ErrNotExist, and if it
// isn't a FIFO, it is ErrNotFIFO; then Open doesn't wait, and leaves what is there as it
// was. If ctx has ended as well, either is right. Errors may wrap more around these.
func Open(ctx context.Context, path string) (*Writer, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if info.Mode().Type() != fs.ModeNamedPipe {
			return nil, fmt.Errorf("%w: %s", ErrNotFIFO, path)
		}
		file, err := open(path, unix.O_WRONLY)
		if err == nil {
			return &Writer{file: file}, nil
		}
		if !errors.Is(err, unix.ENXIO) {
			return nil, err
		}
		timer := time.NewTimer(3 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// Send writes line and a newline, whole or not at all, and has handed them to the
// kernel when it returns. It waits while there is no room for both.
//
// If the line is too long, the error is ErrTooLong; a line that holds a newline, at its
// end too, is an error as well. Both write nothing, and the Writer goes on. If nobody has the FIFO open
// for reading any more, or the last one leaves while Send waits, the error is
// syscall.EPIPE. Errors may wrap more around these.
func (w *Writer) Send(line string) error {
	if strings.Contains(line, "\n") {
		return errors.New("fifo: a line holds a newline")
	}
	if len(line)+1 > pipeBuf {
		return ErrTooLong
	}
	_, err := w.file.Write([]byte(line + "\n"))
	return err
}

// Close closes the FIFO for this Writer.
func (w *Writer) Close() error { return w.file.Close() }
