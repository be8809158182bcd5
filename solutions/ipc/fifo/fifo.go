//go:build linux

// Package fifo is the reference answer: the reader is a writer of its own FIFO too, so
// that there is no end of file, and the runtime waits for both sides.
package fifo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	// ErrNotFIFO says that what is at the path isn't a FIFO.
	ErrNotFIFO = errors.New("fifo: not a FIFO")
	// ErrInUse says that somebody has the FIFO open for reading already.
	ErrInUse = errors.New("fifo: somebody reads it already")
	// ErrTooLong says that a line and its newline have more than PIPE_BUF bytes.
	ErrTooLong = errors.New("fifo: line too long")
)

// pipeBuf is PIPE_BUF of linux/limits.h.
const pipeBuf = 4096

// nap is how long Open waits until it looks for a reader again.
const nap = 5 * time.Millisecond

// Reader reads the lines that others write to a FIFO.
type Reader struct {
	path  string
	file  *os.File
	made  fs.FileInfo
	lines *bufio.Reader
	// half is what has arrived of a line that is not whole yet, and long is set when
	// that was too much and has been thrown away.
	half   []byte
	long   bool
	closed atomic.Bool
}

// Listen makes a FIFO at path, or takes over one that was left behind.
func Listen(path string, perm fs.FileMode) (*Reader, error) {
	err := syscall.Mkfifo(path, uint32(perm.Perm()))
	if errors.Is(err, fs.ErrExist) {
		err = abandoned(path)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "listen", Path: path, Err: err}
	}
	file, made, err := open(path, os.O_RDWR)
	if err != nil {
		return nil, err
	}
	return &Reader{path: path, file: file, made: made, lines: bufio.NewReaderSize(file, pipeBuf)}, nil
}

// abandoned returns nil if there is a FIFO at path that nobody reads.
func abandoned(path string) error {
	writer, _, err := open(path, os.O_WRONLY)
	switch {
	case errors.Is(err, syscall.ENXIO):
		return nil
	case err != nil:
		return err
	}
	writer.Close()
	return ErrInUse
}

// open opens the FIFO at path without waiting for another side. It looks at what is
// there before, since some of it doesn't bear to be opened, and after, since it may
// have been replaced between.
func open(path string, flags int) (*os.File, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Type() != fs.ModeNamedPipe {
		err = fmt.Errorf("%s: %w", path, ErrNotFIFO)
	}
	if err != nil {
		return nil, nil, err
	}
	file, err := os.OpenFile(path, flags|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err = file.Stat()
	if err == nil && info.Mode().Type() != fs.ModeNamedPipe {
		err = fmt.Errorf("%s: %w", path, ErrNotFIFO)
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// Next returns the next line.
func (r *Reader) Next(ctx context.Context) (string, error) {
	// Lines that the buffer still holds are not for those who come after Close.
	if r.closed.Load() {
		return "", fs.ErrClosed
	}
	interrupted := make(chan struct{})
	calm := context.AfterFunc(ctx, func() {
		r.file.SetReadDeadline(time.Unix(1, 0))
		close(interrupted)
	})
	defer func() {
		if !calm() {
			// Not before it has been set can the deadline be taken back.
			<-interrupted
			r.file.SetReadDeadline(time.Time{})
		}
	}()
	line, err := r.next()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = ctx.Err()
	}
	return line, err
}

// next puts together what arrives until it is a line.
func (r *Reader) next() (string, error) {
	for {
		part, err := r.lines.ReadSlice('\n')
		r.half = append(r.half, part...)
		if len(r.half) > pipeBuf {
			r.half, r.long = r.half[:0], true
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return "", err
		}
		line, long := strings.TrimSuffix(string(r.half), "\n"), r.long
		r.half, r.long = r.half[:0], false
		if long {
			return "", ErrTooLong
		}
		return line, nil
	}
}

// Close removes the FIFO first, so that whoever comes now learns that there is none,
// and then closes it.
func (r *Reader) Close() error {
	if r.closed.Swap(true) {
		return nil
	}
	var failed error
	if there, err := os.Lstat(r.path); err == nil && os.SameFile(there, r.made) {
		failed = os.Remove(r.path)
	}
	return errors.Join(failed, r.file.Close())
}

// Writer writes lines to a FIFO.
type Writer struct{ file *os.File }

// Open opens the FIFO at path for writing as soon as it has a reader.
func Open(ctx context.Context, path string) (*Writer, error) {
	tick := time.NewTicker(nap)
	defer tick.Stop()
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		file, _, err := open(path, os.O_WRONLY)
		if err == nil {
			return &Writer{file}, nil
		}
		if !errors.Is(err, syscall.ENXIO) {
			return nil, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// Send writes line and a newline with one write(2).
func (w *Writer) Send(line string) error {
	if strings.Contains(line, "\n") {
		return errors.New("fifo: newline within a line")
	}
	if len(line)+1 > pipeBuf {
		return ErrTooLong
	}
	_, err := w.file.WriteString(line + "\n")
	return err
}

// Close closes the FIFO for this Writer.
func (w *Writer) Close() error { return w.file.Close() }
