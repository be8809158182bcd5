//go:build linux

package namedsemaphore

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A slot is a FIFO. Who holds it has it open for writing, under a file lock: the lock
// says who holds it, and the end of file tells those who read it that nobody does any
// more. The kernel sees to both when a process dies, the lock first.

// claim takes the slot and returns the descriptor that holds it, or -1 if another does.
func claim(fifo string) (int, error) {
	if err := retry(func() error { return unix.Mkfifo(fifo, 0o600) }); err != nil && err != unix.EEXIST {
		return -1, &fs.PathError{Op: "mkfifo", Path: fifo, Err: err}
	}

	// A plain number and no *os.File, which the collector would close for a Semaphore
	// that nobody points at any more, although its slots are held.
	fd := -1
	err := retry(func() (err error) {
		fd, err = unix.Open(fifo, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return -1, &fs.PathError{Op: "open", Path: fifo, Err: err}
	}
	err = retry(func() error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	if err == nil {
		return fd, nil
	}
	unix.Close(fd) // those who read it try again, as should the holder have gone meanwhile
	if err == unix.EWOULDBLOCK {
		return -1, nil
	}
	return -1, &fs.PathError{Op: "flock", Path: fifo, Err: err}
}

// awaitAny returns when one of the first n slots has no holder, or when ctx has ended.
func awaitAny(ctx context.Context, dir string, n int) error {
	var readers []*os.File
	defer func() {
		for _, reader := range readers {
			reader.Close()
		}
	}()
	for i := range n {
		reader, err := os.OpenFile(slotPath(dir, i), os.O_RDONLY|unix.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		readers = append(readers, reader)
	}

	over, stop := context.WithCancel(ctx)
	defer stop()
	// A deadline in the past ends all reads, so that none outlives the call.
	wake := func() {
		for _, reader := range readers {
			reader.SetReadDeadline(time.Unix(1, 0))
		}
	}
	undo := context.AfterFunc(over, wake)

	var reading sync.WaitGroup
	failures := make(chan error, n)
	for _, reader := range readers {
		reading.Go(func() {
			// Nobody writes: a read ends when the last who could has gone.
			_, err := reader.Read(make([]byte, 1))
			if err != io.EOF && !errors.Is(err, os.ErrDeadlineExceeded) {
				failures <- err
			}
			stop()
		})
	}
	reading.Wait()
	undo()

	select {
	case err := <-failures:
		return err
	default:
		return ctx.Err()
	}
}

func slotPath(dir string, i int) string {
	if filepath.Base(dir) == "turn" {
		return dir + strconv.Itoa(i)
	}
	return filepath.Join(dir, strconv.Itoa(i))
}

// retry calls again what a signal has interrupted.
func retry(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}
