//go:build linux

// Package namedsemaphore waits in the runtime's poller: goroutines read the slots until a
// deadline ends that, so neither a thread nor an eventfd waits. One goroutine does so for
// a Semaphore; the others wait for a channel. Slots are made when they are first wanted.
package namedsemaphore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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

var names = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Semaphore is a counting semaphore that processes share.
//
// It is a folder of FIFOs, one per slot, made when they are first wanted.
type Semaphore struct {
	dir string
	n   int
	// turn is held by the one goroutine that looks for a slot on behalf of this
	// Semaphore. The others wait for it, so that n descriptors are enough for all.
	turn chan struct{}

	mu   sync.Mutex
	held []int
}

// Open opens the semaphore with this name in the folder, or makes it with n slots.
func Open(folder, name string, n int) (*Semaphore, error) {
	if !names.MatchString(name) {
		return nil, fmt.Errorf("%w: %q", ErrName, name)
	}
	if n < 1 {
		return nil, fmt.Errorf("namedsemaphore: %d slots", n)
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(folder, name)

	there, err := size(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(folder, name, n); err != nil {
			return nil, err
		}
		there, err = size(dir)
	}
	if err != nil {
		return nil, err
	}
	if there != n {
		return nil, fmt.Errorf("%w: %d, not %d", ErrSize, there, n)
	}
	return &Semaphore{dir: dir, n: n, turn: make(chan struct{}, 1)}, nil
}

// Acquire takes a slot, and waits until there is one.
func (s *Semaphore) Acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}

	for ctx.Err() == nil {
		for i := range s.n {
			fd, err := claim(slotPath(s.dir, i))
			if err != nil {
				return err
			}
			if fd >= 0 {
				s.mu.Lock()
				s.held = append(s.held, fd)
				s.mu.Unlock()
				return nil
			}
		}
		if err := awaitAny(ctx, s.dir, s.n); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Release gives back one of the slots that Acquire took with this Semaphore.
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

// Close gives back all slots that are still held with this Semaphore.
func (s *Semaphore) Close() error {
	for {
		if err := s.Release(); err == ErrNotHeld {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Remove removes the semaphore with this name, and nothing else.
func Remove(folder, name string) error {
	if !names.MatchString(name) {
		return fmt.Errorf("%w: %q", ErrName, name)
	}
	// Out of sight in one step, so that no half of it can be opened.
	grave, err := os.MkdirTemp(folder, private(name)+"*")
	if err != nil {
		return err
	}
	err = replace(filepath.Join(folder, name), grave)
	return errors.Join(err, sweep(folder, name))
}

// create makes the semaphore aside and moves it into place, so that whoever sees it sees
// all of it. If another was faster, that one stays.
func create(folder, name string, n int) error {
	draft, err := os.MkdirTemp(folder, private(name)+"*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft)
	if err := os.WriteFile(filepath.Join(draft, "n"), []byte(strconv.Itoa(n)), 0o600); err != nil {
		return err
	}
	err = replace(draft, filepath.Join(folder, name))
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// replace moves a folder to where there is none or an empty one, which os.Rename refuses;
// one that holds something stays.
func replace(from, to string) error {
	if err := retry(func() error { return unix.Rename(from, to) }); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

func size(dir string) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, "n"))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// private begins the names of what belongs to one semaphore and isn't in place: '+' is
// in no semaphore's name.
func private(name string) string { return "+" + name + "+" }

// sweep removes what isn't in place, also what a process left that was killed.
func sweep(folder, name string) error {
	rest, err := os.ReadDir(folder)
	for _, entry := range rest {
		if strings.HasPrefix(entry.Name(), private(name)) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(folder, entry.Name())))
		}
	}
	return err
}
