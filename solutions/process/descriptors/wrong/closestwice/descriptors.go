//go:build linux

// Package descriptors closes its descriptors once the command has them, and by defer once more
// when it has ended: by then the numbers are somebody else's.
package descriptors

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Closed stands in Redirection.From for "nothing": the shell's 2>&-.
const Closed = -1

// Redirection changes what one descriptor of a command refers to.
type Redirection struct {
	// FD is the number that is redirected.
	FD int
	// Path is the file that FD is opened on, with Flags for open(2).
	Path  string
	Flags int
	// From counts if Path is empty: FD becomes a duplicate of it, or is closed.
	From int
}

// none is what syscall.ProcAttr takes for a closed descriptor.
const none = ^uintptr(0)

// table is what the descriptors of a command refer to.
type table struct {
	files []uintptr
	// opened are those of files, now or earlier, that are ours to close.
	opened []int
}

// Run runs a command with redirections.
func Run(command []string, redirections ...Redirection) (syscall.WaitStatus, error) {
	if len(command) == 0 {
		return 0, errors.New("descriptors: the command is empty")
	}
	t := table{files: []uintptr{0, 1, 2}}
	defer t.close()
	for i, r := range redirections {
		if err := t.apply(r); err != nil {
			return 0, fmt.Errorf("descriptors: redirection %d: %w", i+1, err)
		}
	}
	program, err := exec.LookPath(command[0])
	if err != nil {
		return 0, err
	}
	pid, err := syscall.ForkExec(program, command, &syscall.ProcAttr{Env: os.Environ(), Files: t.files})
	if err != nil {
		return 0, err
	}
	t.close() // want "leaves alone what others open under its numbers" wrong
	var status syscall.WaitStatus
	for {
		if _, err := syscall.Wait4(pid, &status, 0, nil); err != syscall.EINTR {
			return status, err
		}
	}
}

// apply does to the table what open and dup2 would do in the command.
func (t *table) apply(r Redirection) error {
	if r.FD < 0 {
		return syscall.EBADF
	}
	file := none
	switch {
	case r.Path != "":
		fd, err := syscall.Open(r.Path, r.Flags|syscall.O_CLOEXEC, 0o666)
		if err != nil {
			return &os.PathError{Op: "open", Path: r.Path, Err: err}
		}
		file = uintptr(fd)
		t.opened = append(t.opened, fd)
	case r.From != Closed:
		if r.From < 0 || r.From >= len(t.files) || t.files[r.From] == none {
			return syscall.EBADF
		}
		file = t.files[r.From]
	}
	for len(t.files) <= r.FD {
		t.files = append(t.files, none)
	}
	t.files[r.FD] = file
	return nil
}

func (t *table) close() {
	for _, file := range t.opened {
		syscall.Close(file)
	}
}

// Lowest returns the number that the next descriptor will get.
func Lowest() (int, error) {
	fd, err := syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	return fd, syscall.Close(fd)
}

// Count returns how many descriptors the process has open.
func Count() (int, error) {
	open, err := list()
	return len(open), err
}

// list returns the open descriptors, without the one that it takes to read the
// folder.
func list() ([]int, error) {
	folder, err := os.Open("/proc/self/fd")
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var open []int
	for _, name := range names {
		fd, err := strconv.Atoi(name)
		if err != nil {
			return nil, err
		}
		if fd != int(folder.Fd()) {
			open = append(open, fd)
		}
	}
	return open, nil
}

// CloseOnExec marks every open descriptor from number from on.
func CloseOnExec(from int) error {
	open, err := list()
	if err != nil {
		return err
	}
	for _, fd := range open {
		if fd < from {
			continue
		}
		// Somebody else may have closed it meanwhile.
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, unix.FD_CLOEXEC); err != nil && err != unix.EBADF {
			return err
		}
	}
	return nil
}

// Raise sets the soft limit of open descriptors to the hard one.
func Raise() (uint64, error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	// Set even if it is there already: a limit that nobody has set is not inherited.
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	return limit.Max, nil
}
