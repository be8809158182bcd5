//go:build linux

// Package namedsemaphore counts those who are inside, and then goes in: between the
// count and the FIFO that stands for the newcomer, others count too.
package namedsemaphore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
	if !valid(name) {
		return nil, ErrName
	}
	if n < 1 {
		return nil, ErrSize
	}
	s := &Semaphore{path: filepath.Join(folder, name), slots: n}
	for {
		size, err := os.ReadFile(filepath.Join(s.path, "size"))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if err = create(folder, s.path, n); err != nil && !errors.Is(err, fs.ErrExist) {
				return nil, err
			}
		case err != nil:
			return nil, err
		case string(size) != strconv.Itoa(n):
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

// create makes the folder, with a file in it that says how many may be inside.
func create(folder, path string, n int) error {
	fresh, err := os.MkdirTemp(folder, ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := os.WriteFile(filepath.Join(fresh, "size"), []byte(strconv.Itoa(n)), 0o600); err != nil {
		return err
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
	for {
		if taken, err := s.take(); taken || err != nil {
			return err
		}
		if err := s.await(bell); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// await waits until one of those inside leaves, or the bell rings.
func (s *Semaphore) await(bell int) error {
	inside, err := s.inside()
	events := []unix.PollFd{{Fd: int32(bell), Events: unix.POLLIN}}
	for _, fd := range inside {
		events = append(events, unix.PollFd{Fd: int32(fd)})
		defer unix.Close(fd)
	}
	if err != nil || len(inside) < s.slots {
		return err
	}
	if _, err := unix.Poll(events, -1); err != nil && err != unix.EINTR {
		return err
	}
	return nil
}

// inside returns a descriptor for the FIFO of each that is inside, and clears away what
// the dead have left.
func (s *Semaphore) inside() (all []int, err error) {
	entries, err := os.ReadDir(s.path)
	for _, entry := range entries {
		path := filepath.Join(s.path, entry.Name())
		if entry.Name() == "size" {
			continue
		}
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		if unix.Flock(fd, unix.LOCK_SH|unix.LOCK_NB) == nil {
			os.Remove(path)
			unix.Close(fd)
			continue
		}
		all = append(all, fd)
	}
	return all, err
}

// take goes in if there is room.
func (s *Semaphore) take() (bool, error) {
	inside, err := s.inside()
	for _, fd := range inside {
		unix.Close(fd)
	}
	if err != nil || len(inside) >= s.slots { // want "never lets in more than n, however they rush" wrong
		return false, err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(s.path), ".in-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(fresh)
	path := filepath.Join(fresh, "fifo")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		return false, err
	}
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return false, err
	}
	if err := errors.Join(unix.Flock(fd, unix.LOCK_EX), os.Rename(path, filepath.Join(s.path, filepath.Base(fresh)))); err != nil {
		unix.Close(fd)
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = append(s.held, fd)
	return true, nil
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
