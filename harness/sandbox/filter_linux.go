package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// forbidden are system calls that no kata needs and that reach around the other
// walls. It is no list of what is allowed: right answers use much of the kernel.
var forbidden = []uint32{
	// Keyrings, and engines that do other calls' work unseen.
	unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_KEYCTL,
	unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD,
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
	// Namespaces and mounts.
	unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT,
	unix.SYS_FSOPEN, unix.SYS_FSMOUNT, unix.SYS_FSCONFIG, unix.SYS_FSPICK, unix.SYS_OPEN_TREE, unix.SYS_MOVE_MOUNT, unix.SYS_MOUNT_SETATTR,
	unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_FANOTIFY_INIT,
	// Other processes' memory and descriptors.
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_KCMP, unix.SYS_PIDFD_GETFD,
	// The machine.
	unix.SYS_KEXEC_LOAD, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE,
	unix.SYS_REBOOT, unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_SYSLOG, unix.SYS_ACCT, unix.SYS_QUOTACTL, unix.SYS_VHANGUP,
	unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_CLOCK_ADJTIME, unix.SYS_ADJTIMEX,
}

// families are the sockets that may be made: all others reach a kernel's rarely
// trodden parts, or the machine outside (AF_VSOCK, AF_PACKET).
var families = []uint32{unix.AF_UNIX, unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK}

// namespaces are the flags of clone(2) that make new ones.
const namespaceFlags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET |
	unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

// terminalCalls of ioctl(2) put words into the mouth of whoever has the terminal:
// TIOCSTI and TIOCLINUX (ioctl_tty(2)).
var terminalCalls = []uint32{unix.TIOCSTI, 0x541C}

// What a filter returns (seccomp(2)).
const (
	allow = 0x7fff_0000
	kill  = 0x8000_0000
	refus = 0x0005_0000 // and the error's number
)

// Offsets in struct seccomp_data; arguments are 64 bits each, the lower half
// first on the processors that we know.
const (
	callAt     = 0
	machineAt  = 4
	firstArgAt = 16
	otherArgAt = 24
)

// machines have the numbers by which seccomp knows a processor (linux/audit.h).
var machines = map[string]uint32{"amd64": 0xC000_003E, "arm64": 0xC000_00B7}

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

// unless jumps over so many instructions if what is loaded is not value.
func unless(value uint32, over int) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: value, Jf: uint8(over)}
}

func give(what uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: what}
}

func refuse(with unix.Errno) unix.SockFilter { return give(refus | uint32(with)) }

// filter is the program that the kernel asks about each system call.
func filter() ([]unix.SockFilter, error) {
	machine, known := machines[runtime.GOARCH]
	if !known {
		return nil, fmt.Errorf("nobody knows the system calls of %s here", runtime.GOARCH)
	}
	// A call of another machine's is numbered otherwise: end who makes it.
	program := []unix.SockFilter{
		load(machineAt),
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: machine, Jt: 1},
		give(kill),
		load(callAt),
	}
	if runtime.GOARCH == "amd64" {
		// x32, whose numbers have this bit.
		program = append(program, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: 0x4000_0000, Jf: 1}, refuse(unix.ENOSYS))
	}
	for _, call := range forbidden {
		program = append(program, unless(call, 1), refuse(unix.EPERM))
	}
	// The flags of clone3 are behind a pointer, where no filter can look; everybody
	// falls back on clone.
	program = append(program, unless(unix.SYS_CLONE3, 1), refuse(unix.ENOSYS))
	program = append(program,
		unless(unix.SYS_CLONE, 4),
		load(firstArgAt),
		unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, K: namespaceFlags, Jf: 1},
		refuse(unix.EPERM),
		give(allow))
	program = append(program, among(unix.SYS_SOCKET, firstArgAt, families, give(allow), refuse(unix.EAFNOSUPPORT))...)
	program = append(program, among(unix.SYS_IOCTL, otherArgAt, terminalCalls, refuse(unix.EPERM), give(allow))...)
	return append(program, give(allow)), nil
}

// among decides about a call by one of its arguments.
func among(call, argumentAt uint32, values []uint32, listed, other unix.SockFilter) []unix.SockFilter {
	part := []unix.SockFilter{load(argumentAt)}
	for _, value := range values {
		part = append(part, unless(value, 1), listed)
	}
	part = append(part, other)
	return append([]unix.SockFilter{unless(call, len(part))}, part...)
}

// filterCalls puts the filter on this thread and what it starts.
func filterCalls() error {
	program, err := filter()
	if err != nil {
		return err
	}
	given := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&given)))
	runtime.KeepAlive(program)
	if errno != 0 {
		return os.NewSyscallError("seccomp", errno)
	}
	return nil
}
