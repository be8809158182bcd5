//go:build linux

// Package namedsemaphore joins the name to the folder as it is, so a name may lead out
// of the folder.
package namedsemaphore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

var (
	// ErrSize says that the semaphore exists with another number of slots.
	ErrSize = errors.New("namedsemaphore: it has another number of slots")
	// ErrName says that a name isn't one that a semaphore can have.
	ErrName = errors.New("namedsemaphore: not a name")
	// ErrNotHeld says that there is no slot to give back.
	ErrNotHeld = errors.New("namedsemaphore: no slot is held")
)

// Semaphore is a counting semaphore that processes share.
type Semaphore struct {
	path  string
	slots int

	mu sync.Mutex
	// held are descriptors, each with the lock of one slot.
	held []int
}

// Open opens the semaphore, and makes it first if there is none.
func Open(folder, name string, n int) (*Semaphore, error) {
	if name == "" { // want "is refused if it isn't one, and if there is no folder" wrong
		return nil, ErrName
	}
	if n < 1 {
		return nil, ErrSize
	}
	s := &Semaphore{path: filepath.Join(folder, name), slots: n}
	for {
		slots, err := os.ReadDir(s.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if err = create(folder, s.path, n); err != nil && !errors.Is(err, fs.ErrExist) {
				return nil, err
			}
		case err != nil:
			return nil, err
		case len(slots) != n:
			return nil, ErrSize
		default:
			return s, nil
		}
	}
}

// valid reports whether a semaphore can have the name.
func valid(name string) bool {
	const first = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	other := func(r rune) bool { return !strings.ContainsRune(first+".-_", r) }
	return name != "" && len(name) <= 64 && strings.Contains(first, name[:1]) && !strings.ContainsFunc(name, other)
}

// create makes the folder of slots under a name that no semaphore can have, and gives
// it its own when it is complete. If somebody else was first, the error is fs.ErrExist.
func create(folder, path string, n int) error {
	fresh, err := os.MkdirTemp(folder, ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	for i := range n {
		if err := unix.Mkfifo(filepath.Join(fresh, strconv.Itoa(i)), 0o600); err != nil {
			return err
		}
	}
	return os.Rename(fresh, path)
}

// Acquire takes a slot, and waits until there is one.
func (s *Semaphore) Acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if taken, err := s.take(); taken || err != nil {
		return err
	}
	events, err := s.watch()
	defer func() {
		for _, event := range events {
			unix.Close(int(event.Fd))
		}
	}()
	if err != nil {
		return err
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return err
	}
	rung := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(rung)
		unix.Write(bell, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	})
	defer func() {
		if !stop() {
			<-rung
		}
		unix.Close(bell)
	}()
	return s.await(ctx, append(slices.Clone(events), unix.PollFd{Fd: int32(bell), Events: unix.POLLIN}))
}

// await tries again whenever a slot hangs up. It tries first, since a FIFO hangs up
// only for those who have had it open together with a writer.
func (s *Semaphore) await(ctx context.Context, events []unix.PollFd) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if taken, err := s.take(); taken || err != nil {
			return err
		}
		if _, err := unix.Poll(events, -1); err != nil && err != unix.EINTR {
			return err
		}
	}
}

// watch opens every slot for reading.
func (s *Semaphore) watch() ([]unix.PollFd, error) {
	var events []unix.PollFd
	for i := range s.slots {
		fd, err := s.open(i, unix.O_RDONLY)
		if err != nil {
			return events, err
		}
		events = append(events, unix.PollFd{Fd: int32(fd)})
	}
	return events, nil
}

// take locks any slot that is free. The lock belongs to the open file, so that the
// kernel takes it back, before the FIFO hangs up, when the last descriptor is closed.
func (s *Semaphore) take() (bool, error) {
	for i := range s.slots {
		fd, err := s.open(i, unix.O_RDWR)
		if err != nil {
			return false, err
		}
		if unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.held = append(s.held, fd)
			return true, nil
		}
		unix.Close(fd)
	}
	return false, nil
}

func (s *Semaphore) open(slot, mode int) (int, error) {
	for {
		fd, err := unix.Open(filepath.Join(s.path, strconv.Itoa(slot)), mode|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// Release gives back a slot.
func (s *Semaphore) Release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.held) == 0 {
		return ErrNotHeld
	}
	last := len(s.held) - 1
	fd := s.held[last]
	s.held = s.held[:last]
	return unix.Close(fd)
}

// Close gives back all slots.
func (s *Semaphore) Close() error {
	for s.Release() == nil {
	}
	return nil
}

// Remove removes the semaphore.
func Remove(folder, name string) error {
	if !valid(name) {
		return ErrName
	}
	old, err := os.MkdirTemp(folder, ".old-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(old)
	return os.Rename(filepath.Join(folder, name), filepath.Join(old, name))
}
