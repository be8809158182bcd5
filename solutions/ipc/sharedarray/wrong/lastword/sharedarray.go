//go:build linux

// Package sharedarray keeps the lock as a word in the shared memory, with a futex to wait on,
// and the word of a process that was killed stays as it was for ever.
package sharedarray

import (
	"errors"
	"fmt"
	"math"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// width is how many bytes a number takes, or the lock.
const width = 8

// FUTEX_WAIT and FUTEX_WAKE of linux/futex.h.
const (
	futexWait = 0
	futexWake = 1
)

// Array is an array of int64 numbers that processes share.
type Array struct {
	file    *os.File
	bytes   []byte
	numbers []int64
	// word is the lock, behind the last number.
	word   *int32
	closed bool
}

// New makes an array of n zeros.
func New(n int) (*Array, error) {
	if n < 1 || n > math.MaxInt/width-1 {
		return nil, fmt.Errorf("sharedarray: no array of length %d", n)
	}
	fd, err := unix.MemfdCreate("sharedarray", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	file := os.NewFile(uintptr(fd), "sharedarray")
	if err := file.Truncate(int64(n+1) * width); err != nil {
		file.Close()
		return nil, err
	}
	array, err := Attach(file)
	if err != nil {
		file.Close()
	}
	return array, err
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
	bytes, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	numbers := unsafe.Slice((*int64)(unsafe.Pointer(&bytes[0])), size/width)
	last := len(numbers) - 1
	word := (*int32)(unsafe.Pointer(&numbers[last]))
	return &Array{file: file, bytes: bytes, numbers: numbers[:last], word: word}, nil
}

// File returns what another process needs to attach the array.
func (a *Array) File() *os.File { return a.file }

// Len returns how many numbers there are.
func (a *Array) Len() int { return len(a.numbers) }

// Add adds delta to number i and returns the sum.
func (a *Array) Add(i int, delta int64) int64 {
	return atomic.AddInt64(&a.numbers[i], delta)
}

// Lock takes the lock: 0 is free, 1 is held, and 2 is held while others may be waiting.
func (a *Array) Lock() error {
	if atomic.CompareAndSwapInt32(a.word, 0, 1) {
		return nil
	}
	for atomic.SwapInt32(a.word, 2) != 0 {
		if err := a.futex(futexWait, 2); err != 0 && err != unix.EAGAIN && err != unix.EINTR { // want "is free again when its holder is killed" deadlock
			return err
		}
	}
	return nil
}

// Unlock gives the lock back, and wakes one of those who wait.
func (a *Array) Unlock() error {
	if atomic.SwapInt32(a.word, 0) == 2 {
		a.futex(futexWake, 1)
	}
	return nil
}

// futex is futex(2).
func (a *Array) futex(what, value uintptr) unix.Errno {
	_, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(a.word)), what, value, 0, 0, 0)
	return errno
}

// Close gives back all that this process has of the array.
func (a *Array) Close() error {
	if a.closed {
		return nil
	}
	a.closed = true
	a.numbers = nil
	return errors.Join(unix.Munmap(a.bytes), a.file.Close())
}
