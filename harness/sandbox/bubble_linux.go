package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// bubble has bwrap(1) make the namespaces and the filesystem, and init started
// inside them. It hands on what descriptors it has.
func (w *walls) bubble(c Command) error {
	bwrap, err := exec.LookPath("bwrap")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	// Its name tells init what it is: bwrap hands on none but the path.
	const inside = "/run/" + initName
	size := strconv.FormatInt(max(c.Limits.Disk, 1<<20), 10)
	arguments := []string{
		"--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
		"--as-pid-1", "--die-with-parent", "--hostname", "dojo", "--uid", strconv.Itoa(insideID), "--gid", strconv.Itoa(insideID),
		"--cap-drop", "ALL", "--clearenv", "--proc", "/proc", "--dev", "/dev",
		"--size", size, "--perms", "1777", "--tmpfs", "/tmp",
		"--size", size, "--perms", "1777", "--tmpfs", "/work",
		"--size", size, "--perms", "1777", "--tmpfs", "/dev/shm",
		"--perms", "1777", "--tmpfs", "/run/dojo",
	}
	for _, path := range append(append([]string{}, system...), "/etc/hosts", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf") {
		switch info, err := os.Lstat(path); {
		case errors.Is(err, fs.ErrNotExist):
		case err == nil && info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			arguments = append(arguments, "--symlink", target, path)
		default:
			arguments = append(arguments, "--ro-bind", path, path)
		}
	}
	for _, one := range c.Shown {
		switch one.How {
		case Writable:
			arguments = append(arguments, "--bind", one.Path, one.Path)
		default:
			arguments = append(arguments, "--ro-bind", one.Path, one.Path)
		}
	}
	if c.Path != "" {
		arguments = append(arguments, "--ro-bind", c.Path, program)
		w.orders.Path = program
	}
	arguments = append(arguments, "--ro-bind", self, inside, "--remount-ro", "/", "--", inside)
	w.command.Path = bwrap
	w.command.Args = append([]string{"bwrap"}, arguments...)
	if os.Getuid() == 0 && !c.AsCaller {
		// Else the program would be root outside, and own root's files.
		w.command.SysProcAttr.Credential = &syscall.Credential{Uid: outsideID, Gid: outsideID}
		if err := reachable(c.Places.Host, c.Path, self); err != nil {
			return fmt.Errorf("bubblewrap: %w", err)
		}
	}
	return nil
}
