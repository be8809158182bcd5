//go:build linux

// Package sharedarray locks a file of its own beside the array, in the folder for temporary
// files, by the number that the file of the array has.
package sharedarray

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// width is how many bytes a number takes.
const width = 8

// Array is an array of int64 numbers that processes share.
type Array struct {
	// file is for others, who then have its description too, and own is for the lock.
	file, own *os.File
	bytes     []byte
	numbers   []int64
	// goroutines is held by the goroutine that has, or waits for, the lock of own.
	goroutines sync.Mutex
	closed     bool
	// made: this process has made the array, and removes the file of its lock.
	made bool
}

// New makes an array of n zeros.
func New(n int) (*Array, error) {
	if n < 1 || n > math.MaxInt/width {
		return nil, fmt.Errorf("sharedarray: no array of length %d", n)
	}
	fd, err := unix.MemfdCreate("sharedarray", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	file := os.NewFile(uintptr(fd), "sharedarray")
	if err := file.Truncate(int64(n) * width); err != nil {
		file.Close()
		return nil, err
	}
	array, err := Attach(file)
	if err != nil {
		file.Close()
		return nil, err
	}
	array.made = true
	return array, nil
}

// Attach returns the array that is in file.
func Attach(file *os.File) (*Array, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	size := int(info.Size())
	if !info.Mode().IsRegular() || size == 0 || size%width != 0 {
		return nil, errors.New("sharedarray: there is no array in this file")
	}
	unix.CloseOnExec(int(file.Fd()))
	own, err := os.OpenFile(lockPath(info), os.O_RDWR|os.O_CREATE, 0o600) // want "has no name, and goes to no program that is merely started" wrong
	if err != nil {
		return nil, err
	}
	bytes, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		own.Close()
		return nil, os.NewSyscallError("mmap", err)
	}
	numbers := unsafe.Slice((*int64)(unsafe.Pointer(&bytes[0])), size/width)
	return &Array{file: file, own: own, bytes: bytes, numbers: numbers}, nil
}

// lockPath returns where all processes find the lock of the array in this file.
func lockPath(info os.FileInfo) string {
	number := info.Sys().(*syscall.Stat_t).Ino
	return filepath.Join(os.TempDir(), fmt.Sprintf("sharedarray-%d.lock", number))
}

// File returns what another process needs to attach the array.
func (a *Array) File() *os.File { return a.file }

// Len returns how many numbers there are.
func (a *Array) Len() int { return len(a.numbers) }

// Add adds delta to number i and returns the sum.
func (a *Array) Add(i int, delta int64) int64 {
	return atomic.AddInt64(&a.numbers[i], delta)
}

// Lock takes the lock.
func (a *Array) Lock() error {
	a.goroutines.Lock()
	err := a.flock(unix.LOCK_EX)
	if err != nil {
		a.goroutines.Unlock()
	}
	return err
}

// Unlock gives the lock back, to other processes first: as long as this one has it, no
// other goroutine may take it for granted.
func (a *Array) Unlock() error {
	err := a.flock(unix.LOCK_UN)
	a.goroutines.Unlock()
	return err
}

func (a *Array) flock(how int) error {
	for {
		err := unix.Flock(int(a.own.Fd()), how)
		if err != unix.EINTR {
			return os.NewSyscallError("flock", err)
		}
	}
}

// Close gives back all that this process has of the array.
func (a *Array) Close() error {
	if a.closed {
		return nil
	}
	a.closed = true
	a.numbers = nil
	if a.made {
		os.Remove(a.own.Name())
	}
	return errors.Join(unix.Munmap(a.bytes), a.own.Close(), a.file.Close())
}
