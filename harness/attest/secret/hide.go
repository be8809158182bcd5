//go:build unix

package secret

import "syscall"

// hide moves fd to a close-on-exec descriptor as high as the limit of open
// files lets it: above what a kata's own descriptors reach.
func hide(fd int) int {
	for _, lowest := range []uintptr{900, 200, 50} {
		moved, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, lowest)
		if errno == 0 {
			syscall.Close(fd)
			return int(moved)
		}
	}
	syscall.CloseOnExec(fd)
	return fd
}
