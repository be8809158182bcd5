package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What Landlock may allow below a path (landlock(7)).
const (
	mayRead  = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	mayWrite = mayRead | unix.LANDLOCK_ACCESS_FS_WRITE_FILE
	// ofFiles is what makes sense for a file that is no folder.
	ofFiles = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// landlockVersion returns the ABI's, 0 if the kernel has none.
func landlockVersion() int {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(version)
}

// rules are what Landlock is to allow.
type rules struct {
	fd int
	// handled are the kinds of access that are forbidden where no rule allows them.
	handled uint64
}

func newRules() (*rules, error) {
	version := landlockVersion()
	if version == 0 {
		return nil, errors.New("the kernel has no Landlock, or it is switched off")
	}
	attributes := unix.LandlockRulesetAttr{Handled_access_fs: 1<<13 - 1}
	size := unsafe.Sizeof(attributes.Handled_access_fs)
	if version >= 2 {
		attributes.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 {
		attributes.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= 5 {
		attributes.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if version >= 6 {
		attributes.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
		size = unsafe.Sizeof(attributes)
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attributes)), size, 0)
	if errno != 0 {
		return nil, os.NewSyscallError("landlock_create_ruleset", errno)
	}
	return &rules{fd: int(fd), handled: attributes.Handled_access_fs}, nil
}

// allow lets access through to a path and what is below it. A path that is not
// there needs no rule.
func (r *rules) allow(path string, access uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	} else if err != nil {
		return os.NewSyscallError("open "+path, err)
	}
	defer unix.Close(fd)
	var about unix.Stat_t
	if err := unix.Fstat(fd, &about); err != nil {
		return err
	}
	if about.Mode&unix.S_IFMT != unix.S_IFDIR {
		access &= ofFiles
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: access & r.handled, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(r.fd), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	runtime.KeepAlive(&rule)
	if errno != 0 {
		return os.NewSyscallError("landlock_add_rule "+path, errno)
	}
	return nil
}

// landlock lets this thread, and what it starts, read the system, the program and
// what is shown to it, and write in its places. Every process is in /proc:
// what may be read there the kernel decides as always.
func (k *keeper) landlock() error {
	r, err := newRules()
	if err != nil {
		return err
	}
	defer unix.Close(r.fd)
	readable := append([]string{k.orders.Path, "/proc", "/usr/lib/locale", "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group",
		"/sys/kernel/mm/transparent_hugepage"}, system...)
	for _, path := range readable {
		if err := r.allow(path, mayRead); err != nil {
			return err
		}
	}
	for _, name := range append([]string{"ptmx", "pts", "tty"}, devices...) {
		if err := r.allow("/dev/"+name, mayWrite|unix.LANDLOCK_ACCESS_FS_IOCTL_DEV); err != nil {
			return err
		}
	}
	places := k.orders.Command.Places
	for _, path := range []string{places.Work, places.Temp, places.Log, "/dev/shm", "/dev/mqueue"} {
		if err := r.allow(path, r.handled); err != nil {
			return err
		}
	}
	for _, one := range k.orders.Command.Shown {
		access := uint64(mayRead)
		if one.How == Writable {
			access = r.handled
		}
		if err := r.allow(one.Path, access); err != nil {
			return err
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(r.fd), 0, 0); errno != 0 {
		return os.NewSyscallError("landlock_restrict_self", errno)
	}
	return nil
}
