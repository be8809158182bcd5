package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// mount is a path of the host's to be shown inside.
type mount struct {
	Source, Target string
	How            How
	// FD is the descriptor of a detached mount (open_tree(2)) that init starts with;
	// 0 if init is to open the source itself.
	FD int
}

// system is what programs need of the system's own files. What there is not is
// left out, and links stay links.
var system = []string{
	"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
	"/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32", "/usr/libexec",
	"/nix/store", "/gnu/store",
	"/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/usr/share/zoneinfo",
}

// program is where a program is, inside.
const program = "/run/dojo.program"

// show gathers what the program is to see. As root, the mounts are opened here:
// init is nobody in particular, and may not pass through root's folders.
func (w *walls) show(c Command) error {
	shown := []mount{}
	for _, path := range system {
		shown = append(shown, mount{Source: path, Target: path, How: ReadOnly})
	}
	for _, one := range c.Shown {
		shown = append(shown, mount{Source: one.Path, Target: one.Path, How: one.How})
	}
	if c.Path != "" {
		shown = append(shown, mount{Source: c.Path, Target: program, How: ReadOnly})
		w.orders.Path = program
	}
	for _, one := range shown {
		if _, err := os.Lstat(one.Source); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if os.Getuid() == 0 && !isLink(one.Source) {
			fd, err := detached(one.Source)
			if err != nil {
				return err
			}
			file := os.NewFile(uintptr(fd), one.Source)
			w.defers(func() { file.Close() })
			one.FD = ordersFD + len(w.command.ExtraFiles)
			w.command.ExtraFiles = append(w.command.ExtraFiles, file)
		}
		w.orders.Mounts = append(w.orders.Mounts, one)
	}
	return nil
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

func detached(path string) (fd int, err error) {
	fd, err = unix.OpenTree(unix.AT_FDCWD, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return -1, fmt.Errorf("open_tree %s: %w", path, err)
	}
	return fd, nil
}

// mountFDs are the descriptors of mounts that init was given.
func (o orders) mountFDs() (all []int) {
	for _, one := range o.Mounts {
		if one.FD != 0 {
			all = append(all, one.FD)
		}
	}
	return all
}

// Devices that programs may use. They hold nothing.
var devices = []string{"null", "zero", "full", "random", "urandom"}

// stage is where the new root is put together: a folder that is there everywhere.
const stage = "/tmp"

// root makes a filesystem with nothing in it but what is shown, and enters it.
func (k *keeper) root() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make / private: %w", err)
	}
	mounts := k.orders.Mounts
	for _, name := range devices {
		mounts = append(mounts, mount{Source: "/dev/" + name, Target: "/dev/" + name, How: Writable})
	}
	// Open everything before the stage hides a part of it.
	for i, one := range mounts {
		if one.FD == 0 && !isLink(one.Source) {
			var err error
			if mounts[i].FD, err = detached(one.Source); err != nil {
				return err
			}
		}
	}
	if err := unix.Mount("dojo", stage, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755,size=1m,nr_inodes=2k"); err != nil {
		return fmt.Errorf("mount the root: %w", err)
	}
	if err := furnish(); err != nil {
		return err
	}
	if err := k.fill(); err != nil {
		return err
	}
	for _, one := range mounts {
		if err := one.attach(); err != nil {
			return fmt.Errorf("show %s: %w", one.Source, err)
		}
	}
	// No user namespaces further in, and so none of their powers.
	os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("0"), 0)
	return enter()
}

// furnish makes what a minimal system has.
func furnish() error {
	for _, folder := range []string{"proc", "dev/shm", "dev/mqueue", "dev/pts", "etc", "tmp", "work", "run/dojo", "usr"} {
		if err := os.MkdirAll(filepath.Join(stage, folder), 0o755); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		"passwd":        "root:x:0:0::/:/bin/false\ndojo:x:1000:1000::/work:/bin/sh\n",
		"group":         "root:x:0:\ndojo:x:1000:\n",
		"hosts":         "127.0.0.1 localhost dojo\n::1 localhost dojo\n",
		"resolv.conf":   "",
		"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
	} {
		if err := os.WriteFile(filepath.Join(stage, "etc", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
		"ptmx": "pts/ptmx",
	} {
		if err := os.Symlink(target, filepath.Join(stage, "dev", name)); err != nil {
			return err
		}
	}
	return nil
}

// attach shows a path inside.
func (m mount) attach() error {
	target := filepath.Join(stage, m.Target)
	if m.FD == 0 {
		link, err := os.Readlink(m.Source)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.Symlink(link, target)
	}
	var source unix.Stat_t
	if err := unix.Fstat(m.FD, &source); err != nil {
		return err
	}
	if err := makeTarget(target, source.Mode&unix.S_IFMT == unix.S_IFDIR); err != nil {
		return err
	}
	if err := unix.MoveMount(m.FD, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return err
	}
	unix.Close(m.FD)
	attributes := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_NOSUID}
	if source.Mode&unix.S_IFMT != unix.S_IFCHR {
		attributes.Attr_set |= unix.MOUNT_ATTR_NODEV
	}
	if m.How != Writable {
		attributes.Attr_set |= unix.MOUNT_ATTR_RDONLY
	}
	if err := unix.MountSetattr(unix.AT_FDCWD, target, unix.AT_RECURSIVE, &attributes); err != nil {
		return err
	}
	return nil
}

// makeTarget makes a folder, or an empty file, to mount something on. What is
// below another mount is there already.
func makeTarget(target string, folder bool) error {
	if _, err := os.Lstat(target); err == nil {
		return nil
	}
	if folder {
		return os.MkdirAll(target, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, nil, 0o644)
}

// fill mounts what the kernel makes up.
func (k *keeper) fill() error {
	size := k.orders.Command.Limits.Disk
	if size == 0 {
		size = 1 << 30
	}
	disk := fmt.Sprintf("mode=1777,nr_inodes=16k,size=%d", size)
	const safe = unix.MS_NOSUID | unix.MS_NODEV
	for _, one := range []struct {
		kind, target string
		flags        uintptr
		options      string
	}{
		{"proc", "proc", safe | unix.MS_NOEXEC, ""},
		{"tmpfs", "tmp", safe, disk},
		{"tmpfs", "work", safe, disk},
		{"tmpfs", "dev/shm", safe | unix.MS_NOEXEC, disk},
		{"tmpfs", "run/dojo", safe | unix.MS_NOEXEC, "mode=1777,nr_inodes=1k,size=64m"},
		{"mqueue", "dev/mqueue", safe | unix.MS_NOEXEC, ""},
		{"devpts", "dev/pts", unix.MS_NOSUID | unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"},
	} {
		err := unix.Mount(one.kind, filepath.Join(stage, one.target), one.kind, one.flags, one.options)
		optional := one.kind == "mqueue" || one.kind == "devpts"
		if err != nil && !optional {
			return fmt.Errorf("mount %s on /%s: %w", one.kind, one.target, err)
		}
	}
	return nil
}

// enter makes the stage the root, and what was the root unreachable.
func enter() error {
	if err := unix.Chdir(stage); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leave the old root: %w", err)
	}
	const readOnly = unix.MS_BIND | unix.MS_REMOUNT | unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV
	if err := unix.Mount("", "/", "", readOnly, ""); err != nil {
		return fmt.Errorf("make / read-only: %w", err)
	}
	return unix.Chdir("/")
}

// loopback brings up the only network interface that there is.
func loopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
}
