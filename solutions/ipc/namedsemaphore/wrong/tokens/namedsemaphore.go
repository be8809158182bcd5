//go:build linux

// Package namedsemaphore has one FIFO with a byte per slot, and whoever comes in takes a
// byte out: one that is killed inside takes it to the grave.
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
	"time"

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
	// tokens is the FIFO. Reading a byte takes a slot, writing one gives it back.
	tokens *os.File

	mu   sync.Mutex
	held int
}

// Open opens the semaphore, and makes it first if there is none.
func Open(folder, name string, n int) (*Semaphore, error) {
	if !valid(name) {
		return nil, ErrName
	}
	if n < 1 {
		return nil, ErrSize
	}
	path := filepath.Join(folder, name)
	for {
		size, err := os.ReadFile(filepath.Join(path, "size"))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			s, err := create(folder, path, n)
			if err == nil || !errors.Is(err, fs.ErrExist) {
				return s, err
			}
		case err != nil:
			return nil, err
		case string(size) != strconv.Itoa(n):
			return nil, ErrSize
		default:
			return open(path)
		}
	}
}

func open(path string) (*Semaphore, error) {
	tokens, err := os.OpenFile(filepath.Join(path, "tokens"), os.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	return &Semaphore{tokens: tokens}, nil
}

// valid reports whether a semaphore can have the name.
func valid(name string) bool {
	const first = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	other := func(r rune) bool { return !strings.ContainsRune(first+".-_", r) }
	return name != "" && len(name) <= 64 && strings.Contains(first, name[:1]) && !strings.ContainsFunc(name, other)
}

// create makes the FIFO full of tokens, under a name that no semaphore can have, and
// gives it its own when it is complete.
func create(folder, path string, n int) (*Semaphore, error) {
	fresh, err := os.MkdirTemp(folder, ".new-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(fresh)
	err = errors.Join(unix.Mkfifo(filepath.Join(fresh, "tokens"), 0o600),
		os.WriteFile(filepath.Join(fresh, "size"), []byte(strconv.Itoa(n)), 0o600))
	if err != nil {
		return nil, err
	}
	s, err := open(fresh)
	if err != nil {
		return nil, err
	}
	if _, err = s.tokens.Write(make([]byte, n)); err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		s.tokens.Close()
		return nil, err
	}
	return s, nil
}

// Acquire takes a slot, and waits until there is one.
func (s *Semaphore) Acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Each caller has a file of its own, so that a deadline ends the wait of one.
	own, err := os.OpenFile("/proc/self/fd/"+strconv.Itoa(int(s.fd())), os.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer own.Close()
	stop := context.AfterFunc(ctx, func() { own.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := own.Read(make([]byte, 1)); err != nil { // want "has the slots of a killed holder back, for those who wait" deadlock
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held++
	return nil
}

// fd returns the descriptor of the FIFO.
func (s *Semaphore) fd() (fd uintptr) {
	raw, err := s.tokens.SyscallConn()
	if err == nil {
		raw.Control(func(of uintptr) { fd = of })
	}
	return fd
}

// Release gives back a slot.
func (s *Semaphore) Release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == 0 {
		return ErrNotHeld
	}
	s.held--
	_, err := s.tokens.Write([]byte{0})
	return err
}

// Close gives back all slots.
func (s *Semaphore) Close() error {
	for s.Release() == nil {
	}
	return s.tokens.Close()
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
