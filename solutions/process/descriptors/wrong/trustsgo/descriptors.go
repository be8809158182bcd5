//go:build linux

// Package descriptors sees that the soft limit is as high as it gets and has nothing to do: it
// was the Go runtime that raised it, and only for itself.
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

// table is what the descriptors of a command refer to.
type table struct {
	files []*os.File
	// opened are those of files, now or earlier, that are ours to close.
	opened []*os.File
}

// Run runs a command with redirections.
func Run(command []string, redirections ...Redirection) (syscall.WaitStatus, error) {
	if len(command) == 0 {
		return 0, errors.New("descriptors: the command is empty")
	}
	t := table{files: []*os.File{os.Stdin, os.Stdout, os.Stderr}}
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
	process, err := os.StartProcess(program, command, &os.ProcAttr{Files: t.files})
	if err != nil {
		return 0, err
	}
	state, err := process.Wait()
	if err != nil {
		return 0, err
	}
	return state.Sys().(syscall.WaitStatus), nil
}

// apply does to the table what open and dup2 would do in the command.
func (t *table) apply(r Redirection) error {
	if r.FD < 0 {
		return syscall.EBADF
	}
	var file *os.File
	switch {
	case r.Path != "":
		var err error
		if file, err = os.OpenFile(r.Path, r.Flags, 0o666); err != nil {
			return err
		}
		t.opened = append(t.opened, file)
	case r.From != Closed:
		if r.From < 0 || r.From >= len(t.files) || t.files[r.From] == nil {
			return syscall.EBADF
		}
		file = t.files[r.From]
	}
	for len(t.files) <= r.FD {
		t.files = append(t.files, nil)
	}
	t.files[r.FD] = file
	return nil
}

func (t *table) close() {
	for _, file := range t.opened {
		file.Close()
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
	if limit.Cur >= limit.Max-1 { // want "raises its soft limit to the hard one, also for its children" wrong
		return limit.Max, nil
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	return limit.Max, nil
}
