//go:build linux

package fdpassing_test

import (
	"fmt"
	"net"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/fdpassing"
)

// late receives two files where it is too late to set close-on-exec once they are
// there, and says whether it is set.
var late = spec.Child("fdpassing/late", func([]string) int {
	return play(func(conn *net.UnixConn) error {
		ignoreLateFlags()
		_, files, err := fdpassing.Receive(conn, 2)
		if err != nil {
			return err
		}
		var all []any
		for _, file := range files {
			raw, err := file.SyscallConn()
			if err != nil {
				return err
			}
			raw.Control(func(fd uintptr) {
				flags, _ := unix.FcntlInt(fd, unix.F_GETFD, 0)
				all = append(all, flags&unix.FD_CLOEXEC != 0)
			})
		}
		fmt.Println(append([]any{"close-on-exec"}, all...)...)
		return nil
	})
})

// ignoreLateFlags makes fcntl(2) with F_SETFD do nothing and succeed (seccomp(2)), where
// the machine can do that.
func ignoreLateFlags() {
	const load, equal, end = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	// Offsets into struct seccomp_data: the number of the call, and the lower half
	// of its second argument where the lower half comes first.
	const number, second = 0, 24
	filter := []unix.SockFilter{
		{Code: load, K: number},
		{Code: equal, K: unix.SYS_FCNTL, Jt: 0, Jf: 2},
		{Code: load, K: second},
		{Code: equal, K: unix.F_SETFD, Jt: 1, Jf: 0},
		{Code: end, K: unix.SECCOMP_RET_ALLOW},
		{Code: end, K: unix.SECCOMP_RET_ERRNO},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	// The thread that gives up new privileges is the one that may set the filter.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == nil {
		unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	}
	runtime.KeepAlive(filter)
}
