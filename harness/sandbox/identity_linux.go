package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Rung uid gives each program a user id that nobody else has: of those that
// systemd keeps for services without an account (systemd.exec(5), DynamicUser).
const (
	firstID = 61_200
	lastID  = 65_500
)

// lend gives a program a user id and the folders on the host that it may write to.
// The id is held, against all graders on the machine, by an abstract socket's name
// (unix(7)), which is free again as soon as whoever holds it has ended.
func (w *walls) lend(places Places) error {
	for id := firstID + os.Getpid()%1000; id < lastID; id++ {
		held, err := net.ListenUnix("unix", &net.UnixAddr{Name: fmt.Sprintf("@dojo-uid-%d", id), Net: "unix"})
		if err != nil {
			continue
		}
		w.defers(func() { held.Close() })
		w.orders.ID = id
		for _, folder := range []string{places.Work, places.Temp, places.Log} {
			if err := os.Chown(folder, id, id); err != nil {
				return err
			}
		}
		return reachable(places.Work, w.orders.Path)
	}
	return errors.New("every user id that a program may have is taken")
}

// clearUser removes what a user id that only one program had has left where others
// find it: files in memory, POSIX message queues and System V objects.
func clearUser(id uint32) {
	for _, folder := range []string{"/dev/shm", "/dev/mqueue"} {
		entries, _ := os.ReadDir(folder)
		for _, entry := range entries {
			name := filepath.Join(folder, entry.Name())
			var about unix.Stat_t
			if unix.Lstat(name, &about) == nil && about.Uid == id {
				os.RemoveAll(name)
			}
		}
	}
	for kind, call := range map[string]uintptr{"shm": unix.SYS_SHMCTL, "msg": unix.SYS_MSGCTL, "sem": unix.SYS_SEMCTL} {
		for _, object := range systemV(kind, id) {
			// semctl(2) takes the number of a semaphore before the command.
			if kind == "sem" {
				unix.Syscall6(call, object, 0, unix.IPC_RMID, 0, 0, 0)
			} else {
				unix.Syscall(call, object, unix.IPC_RMID, 0)
			}
		}
	}
}

// systemV returns the identifiers of the objects that belong to a user
// (proc_sysvipc(5)): the second column, and one that the first line names.
func systemV(kind string, id uint32) (found []uintptr) {
	text, _ := os.ReadFile("/proc/sysvipc/" + kind)
	column := -1
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if column < 0 {
			column = slices.Index(fields, "uid")
			if column < 0 {
				return nil
			}
			continue
		}
		if len(fields) > column && fields[column] == strconv.Itoa(int(id)) {
			if number, err := strconv.ParseUint(fields[1], 10, 32); err == nil {
				found = append(found, uintptr(number))
			}
		}
	}
	return found
}

// reachable makes sure that somebody else can get to a path. Only folders among the
// temporary ones are opened to others for that: they are the grader's own, and
// nobody can guess their names.
func reachable(paths ...string) error {
	for _, path := range paths {
		if path == "" {
			continue
		}
		for folder := filepath.Dir(path); folder != "/" && folder != "."; folder = filepath.Dir(folder) {
			info, err := os.Stat(folder)
			if err != nil {
				return err
			}
			if info.Mode()&0o001 != 0 {
				continue
			}
			if !strings.HasPrefix(folder, filepath.Clean(os.TempDir())+"/") {
				return fmt.Errorf("%s is closed to other users (set TMPDIR to a folder that is not): %w", folder, fs.ErrPermission)
			}
			if err := os.Chmod(folder, info.Mode()|0o011); err != nil {
				return err
			}
		}
	}
	return nil
}
