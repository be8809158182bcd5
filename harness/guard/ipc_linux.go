package guard

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// ipc sees the System V objects and the POSIX message queues and shared memory
// that outlive a process. Where other processes of the machine share them, it
// sees only those that can be told to be ours: of this user, and for shared
// memory made by this process.
func ipc(o Options) found {
	all := found{}
	for _, table := range []struct{ file, name string }{
		{"/proc/sysvipc/shm", "System V shared memory"},
		{"/proc/sysvipc/sem", "System V semaphore set"},
		{"/proc/sysvipc/msg", "System V message queue"},
	} {
		systemV(all, table.file, table.name, o.PrivateIPC)
	}
	for _, folder := range []string{"/dev/shm", "/dev/mqueue"} {
		entries := found{}
		list(entries, folder)
		for name, leak := range entries {
			if folder == "/dev/mqueue" {
				leak = report.Leak{What: "POSIX message queue " + strings.TrimPrefix(name, folder)}
			}
			if o.PrivateIPC || ours(name) {
				all[name] = leak
			}
		}
	}
	return all
}

// systemV reads a table of proc_sysvipc(5): key, id, perms, then columns that
// differ. Only shared memory names its creator's pid.
func systemV(all found, file, name string, private bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return
	}
	var columns []string
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if columns == nil {
			columns = fields
			continue
		}
		mine := false
		if i := slices.Index(columns, "cpid"); i >= 0 && i < len(fields) {
			mine = fields[i] == strconv.Itoa(os.Getpid())
		}
		if len(fields) > 1 && (private || mine) {
			all[file+fields[1]] = report.Leak{What: fmt.Sprintf("%s %s (key %s)", name, fields[1], fields[0])}
		}
	}
}

// ours reports whether a file of a folder that all processes share can be told
// to be this run's: one of the numbers in its name is this process's.
func ours(name string) bool {
	info, err := os.Lstat(name)
	if err != nil {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	numbers := strings.FieldsFunc(filepath.Base(name), func(r rune) bool { return r < '0' || r > '9' })
	return ok && int(owner.Uid) == os.Geteuid() && slices.Contains(numbers, strconv.Itoa(os.Getpid()))
}
