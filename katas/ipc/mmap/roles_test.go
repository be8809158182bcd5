//go:build linux

package mmap_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/mmap"
)

// partner is a process that maps the file at a path too. When it is told to, it says
// what stands at an offset, four bytes, writes "pong" over it, and stays; it ends
// with its input, and flushes and closes nothing.
var partner = spec.Child("mmap/partner", func(arguments []string) int {
	offset, _ := strconv.ParseInt(arguments[1], 10, 64)
	m, err := mmap.Map(arguments[0], 0, mmap.Shared)
	if err != nil {
		fmt.Fprintln(os.Stderr, "map in the partner:", err)
		return 1
	}
	fmt.Println("mapped")
	told := bufio.NewReader(os.Stdin)
	told.ReadString('\n')
	seen := make([]byte, 4)
	if _, err := m.ReadAt(seen, offset); err != nil {
		fmt.Fprintln(os.Stderr, "read in the partner:", err)
		return 1
	}
	if _, err := m.WriteAt([]byte("pong"), offset); err != nil {
		fmt.Fprintln(os.Stderr, "write in the partner:", err)
		return 1
	}
	fmt.Println(string(seen))
	told.ReadString('\n')
	return 0
})

// cutter cuts the file at a path and makes it as long as it was, again and again.
var cutter = spec.Child("mmap/cutter", func(arguments []string) int {
	size, _ := strconv.ParseInt(arguments[1], 10, 64)
	fmt.Println("begins")
	for range 1500 {
		if err := errors.Join(os.Truncate(arguments[0], 0), os.Truncate(arguments[0], size)); err != nil {
			fmt.Fprintln(os.Stderr, "cut the file:", err)
			return 1
		}
	}
	return 0
})

// unlucky is a process whose kernel can't write to where the files are kept. It
// writes to a mapping of the file at a path, and wants Flush to say so.
var unlucky = spec.Child("mmap/unlucky", func(arguments []string) int {
	m, err := mmap.Map(arguments[0], 0, mmap.Shared)
	if err == nil {
		_, err = m.WriteAt([]byte("unlucky"), 0)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "write to a mapping:", err)
		return 1
	}
	if !breakDisk() {
		fmt.Println("not here")
		return 0
	}
	switch err := m.Flush(); {
	case errors.Is(err, unix.EIO):
		fmt.Println("told")
	case err != nil:
		fmt.Println("told something else:", err)
	default:
		fmt.Println("silent")
	}
	return 0
})

// blind is a process that maps the file at a path, and from then on can't read or write
// any file at an offset but through its mapping. It says what the first three bytes
// are, writes "own" over them, and says what the first line is then.
var blind = spec.Child("mmap/blind", func(arguments []string) int {
	m, err := mmap.Map(arguments[0], 0, mmap.Shared)
	if err != nil {
		fmt.Fprintln(os.Stderr, "map where there is no other way:", err)
		return 1
	}
	closeOtherWays()
	seen := make([]byte, 3)
	_, failed := m.ReadAt(seen, 0)
	_, err = m.WriteAt([]byte("own"), 0)
	for line, err := range m.Lines() {
		fmt.Printf("%s %s\n", seen, line)
		failed = errors.Join(failed, err)
		break
	}
	if err := errors.Join(failed, err); err != nil {
		fmt.Fprintln(os.Stderr, "use a mapping where there is no other way:", err)
		return 1
	}
	return 0
})

// closeOtherWays makes system calls that read or write a file at an offset, or change
// where it is read next, fail with EIO, where the machine can do that.
func closeOtherWays() {
	refuse([]unix.SockFilter{
		{Code: loadWord, K: callNumber},
		{Code: ifEqual, K: unix.SYS_PREAD64, Jt: 7},
		{Code: ifEqual, K: unix.SYS_PWRITE64, Jt: 6},
		{Code: ifEqual, K: unix.SYS_PREADV, Jt: 5},
		{Code: ifEqual, K: unix.SYS_PWRITEV, Jt: 4},
		{Code: ifEqual, K: unix.SYS_PREADV2, Jt: 3},
		{Code: ifEqual, K: unix.SYS_PWRITEV2, Jt: 2},
		{Code: ifEqual, K: unix.SYS_LSEEK, Jt: 1},
		{Code: give, K: unix.SECCOMP_RET_ALLOW},
		{Code: give, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EIO)},
	})
}

// What a filter is made of, and offsets into struct seccomp_data: the number of the
// call, and the lower half of its third argument where the lower half comes first.
const (
	loadWord = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	ifEqual  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	ifAnyBit = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
	give     = unix.BPF_RET | unix.BPF_K

	callNumber, thirdArgument = 0, 32
)

// breakDisk makes every system call that waits until files are written fail with EIO
// in this process, and reports whether it could (seccomp(2)). An msync(2) that
// doesn't wait goes on to do what it does on Linux, which is nothing.
func breakDisk() bool {
	return refuse([]unix.SockFilter{
		{Code: loadWord, K: callNumber},
		{Code: ifEqual, K: unix.SYS_MSYNC, Jt: 0, Jf: 2},
		{Code: loadWord, K: thirdArgument},
		{Code: ifAnyBit, K: unix.MS_SYNC, Jt: 5, Jf: 4},
		{Code: ifEqual, K: unix.SYS_FSYNC, Jt: 4},
		{Code: ifEqual, K: unix.SYS_FDATASYNC, Jt: 3},
		{Code: ifEqual, K: unix.SYS_SYNC_FILE_RANGE, Jt: 2},
		{Code: ifEqual, K: unix.SYS_SYNCFS, Jt: 1},
		{Code: give, K: unix.SECCOMP_RET_ALLOW},
		{Code: give, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EIO)},
	})
}

// refuse lets a filter decide about this process's system calls from now on, and
// reports whether it could.
func refuse(filter []unix.SockFilter) bool {
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	// The thread that gives up new privileges is the one that may set the filter.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return false
	}
	result, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	runtime.KeepAlive(filter)
	return errno == 0 && result == 0
}
