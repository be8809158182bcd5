//go:build linux

// Package sharedarray is a robust futex whose Close frees the lock, whoever holds it.
package sharedarray

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// header is what stands before the numbers.
type header struct {
	magic [8]byte
	count int64
	word  uint32 // the futex: who holds the lock, as robust futexes have it
	_     [44]byte
}

const headerSize = int(unsafe.Sizeof(header{}))

// magic tells an array from other files.
var magic = [8]byte{'d', 'o', 'j', 'o', 'a', 'r', 'r', '1'}

// seals keep anybody from taking memory away below the mappings.
const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL

// Array is an array of int64 numbers that processes share.
type Array struct {
	file    *os.File
	memory  []byte
	head    *header
	numbers []int64

	turn  chan struct{} // full while a goroutine of this process has or wants the futex
	mu    sync.Mutex
	held  *hold // nil while this process has no lock
	close sync.Once
}

// New makes an array of n zeros.
func New(n int) (*Array, error) {
	if n < 1 || n > (math.MaxInt-headerSize)/8 {
		return nil, fmt.Errorf("sharedarray: no array can have %d numbers", n)
	}
	fd, err := unix.MemfdCreate("sharedarray", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	file := os.NewFile(uintptr(fd), "sharedarray")
	a, err := build(file, fd, n)
	if err != nil {
		file.Close()
		return nil, err
	}
	return a, nil
}

func build(file *os.File, fd, n int) (*Array, error) {
	size := headerSize + 8*n
	if err := unix.Ftruncate(fd, int64(size)); err != nil {
		return nil, os.NewSyscallError("ftruncate", err)
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	a, err := mapped(file, fd, size)
	if err != nil {
		return nil, err
	}
	a.head.magic, a.head.count = magic, int64(n)
	a.numbers = unsafe.Slice((*int64)(unsafe.Pointer(&a.memory[headerSize])), n)
	return a, nil
}

func mapped(file *os.File, fd, size int) (*Array, error) {
	memory, err := unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &Array{
		file:   file,
		memory: memory,
		head:   (*header)(unsafe.Pointer(&memory[0])),
		turn:   make(chan struct{}, 1),
	}, nil
}

// Attach returns the array that is in file.
func Attach(file *os.File) (*Array, error) {
	// Not Fd: it would make a file blocking that may stay the caller's.
	conn, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	var a *Array
	var failed error
	if err := conn.Control(func(fd uintptr) { a, failed = attach(file, int(fd)) }); err != nil {
		return nil, err
	}
	return a, failed
}

var errNoArray = errors.New("sharedarray: there is no array in this file")

func attach(file *os.File, fd int) (*Array, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, os.NewSyscallError("fstat", err)
	}
	if got, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0); err != nil || got&seals != seals {
		return nil, errNoArray
	}
	if stat.Size < int64(headerSize+8) || stat.Size > math.MaxInt {
		return nil, errNoArray
	}
	a, err := mapped(file, fd, int(stat.Size))
	if err != nil {
		return nil, err
	}
	if a.head.magic != magic || a.head.count != (stat.Size-int64(headerSize))/8 {
		unix.Munmap(a.memory)
		return nil, errNoArray
	}
	a.numbers = unsafe.Slice((*int64)(unsafe.Pointer(&a.memory[headerSize])), int(a.head.count))
	unix.CloseOnExec(fd)
	return a, nil
}

// File returns what another process needs to attach the array.
func (a *Array) File() *os.File { return a.file }

// Len returns how many numbers there are.
func (a *Array) Len() int { return len(a.numbers) }

// Add adds delta to number i and returns the sum.
func (a *Array) Add(i int, delta int64) int64 {
	return atomic.AddInt64(&a.numbers[i], delta)
}

// Lock takes the lock, in a thread that holds it until Unlock.
func (a *Array) Lock() error {
	a.turn <- struct{}{}
	h := &hold{taken: make(chan error, 1), give: make(chan struct{}), given: make(chan struct{})}
	go h.run(&a.head.word)
	if err := <-h.taken; err != nil {
		<-a.turn
		return err
	}
	a.mu.Lock()
	a.held = h
	a.mu.Unlock()
	return nil
}

// Unlock gives the lock back.
func (a *Array) Unlock() error {
	if !a.release() {
		return errors.New("sharedarray: Unlock without a Lock")
	}
	<-a.turn
	return nil
}

func (a *Array) release() bool {
	a.mu.Lock()
	h := a.held
	a.held = nil
	a.mu.Unlock()
	if h == nil {
		return false
	}
	close(h.give)
	<-h.given
	return true
}

// Close gives back all that this process has of the array, and frees the lock.
func (a *Array) Close() error {
	var err error
	a.close.Do(func() {
		a.release()
		if atomic.SwapUint32(&a.head.word, 0)&waiters != 0 { // want "is closed for one process, and goes on for the others" wrong
			futex(&a.head.word, wake, 1)
		}
		err = errors.Join(os.NewSyscallError("munmap", unix.Munmap(a.memory)), a.file.Close())
	})
	return err
}

// hold is one holding of the lock, by a thread that does nothing else meanwhile.
type hold struct {
	taken chan error
	give  chan struct{}
	given chan struct{}
	list  robustList
}

// robustList is the kernel's struct robust_list_head. The list in it is empty; the
// futex is the pending one all the time, which the kernel treats like a listed one.
type robustList struct {
	next    uintptr
	offset  int64
	pending uintptr
}

// What the bits of a robust futex mean: linux/futex.h.
const (
	waiters = 0x80000000
	tidMask = 0x3fffffff
	wait    = 0
	wake    = 1
)

func (h *hold) run(word *uint32) {
	defer close(h.given)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	var before, size uintptr
	if _, _, no := syscall.RawSyscall(unix.SYS_GET_ROBUST_LIST, 0, uintptr(unsafe.Pointer(&before)), uintptr(unsafe.Pointer(&size))); no != 0 {
		h.taken <- os.NewSyscallError("get_robust_list", no)
		return
	}
	h.list.next = uintptr(unsafe.Pointer(&h.list.next))
	h.list.pending = uintptr(unsafe.Pointer(word))
	if _, _, no := syscall.RawSyscall(unix.SYS_SET_ROBUST_LIST, uintptr(unsafe.Pointer(&h.list)), unsafe.Sizeof(h.list), 0); no != 0 {
		h.taken <- os.NewSyscallError("set_robust_list", no)
		return
	}
	defer func() {
		syscall.RawSyscall(unix.SYS_SET_ROBUST_LIST, before, size, 0)
		runtime.KeepAlive(h)
	}()

	err := take(word, uint32(unix.Gettid()))
	h.taken <- err
	if err != nil {
		return
	}
	<-h.give
	if atomic.SwapUint32(word, 0)&waiters != 0 {
		futex(word, wake, 1)
	}
}

func take(word *uint32, tid uint32) error {
	for {
		v := atomic.LoadUint32(word)
		if v&tidMask == 0 {
			// Who has waited cannot know whether others still do, and says yes.
			if atomic.CompareAndSwapUint32(word, v, tid|waiters) {
				return nil
			}
			continue
		}
		if v&waiters == 0 {
			if !atomic.CompareAndSwapUint32(word, v, v|waiters) {
				continue
			}
			v |= waiters
		}
		if no := futex(word, wait, v); no != 0 && no != unix.EAGAIN && no != unix.EINTR {
			return os.NewSyscallError("futex", no)
		}
	}
}

func futex(word *uint32, op int, value uint32) syscall.Errno {
	_, _, no := syscall.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), uintptr(op), uintptr(value), 0, 0, 0)
	return no
}
