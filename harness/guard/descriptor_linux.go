package guard

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// descriptors sees every open file descriptor and what it refers to, so that a
// number that was closed and opened again for something else counts too.
//
// What is left open can't be closed from here: an os.File that was forgotten closes
// its number once more when it is collected, whoever owns the number then.
func descriptors(o Options) found {
	all := found{}
	open := links("self")
	for fd, target := range open {
		if o.RaceLog != "" && strings.HasPrefix(target, o.RaceLog) || open.pooled(fd) {
			continue
		}
		all[fmt.Sprint(fd, " ", target)] = report.Leak{What: fmt.Sprintf("descriptor %d: %s", fd, describe(target))}
	}
	return all
}

// table is what the descriptors of a process refer to.
type table map[int]string

// links reads the table of a process, by its name in /proc.
func links(process string) table {
	open := table{}
	folder := "/proc/" + process + "/fd"
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		// The descriptor with which the folder was read is closed by now.
		target, err := os.Readlink(folder + "/" + entry.Name())
		if fd, bad := strconv.Atoi(entry.Name()); err == nil && bad == nil {
			open[fd] = target
		}
	}
	return open
}

// spliceSize is what package net makes the pipes of that it keeps in a pool for
// splice(2), whenever io.Copy moves bytes between two connections.
const spliceSize = 1 << 20

// pooled reports whether a descriptor is an end of such a pipe: nobody forgot it.
// Such a pipe has both its ends here, and neither blocks or is watched by the
// runtime's poller, as those of os.Pipe are.
func (t table) pooled(fd int) bool {
	if !strings.HasPrefix(t[fd], "pipe:") {
		return false
	}
	if size, err := unix.FcntlInt(uintptr(fd), unix.F_GETPIPE_SZ, 0); err != nil || size != spliceSize {
		return false
	}
	ends, watched := 0, t.watched()
	for other, target := range t {
		if target != t[fd] {
			continue
		}
		if watched[other] || flags("self", other)&unix.O_NONBLOCK == 0 {
			return false
		}
		ends++
	}
	return ends == 2
}

// watched returns the descriptors of this process that are in an epoll set.
func (t table) watched() map[int]bool {
	all := map[int]bool{}
	for fd, target := range t {
		if target == "anon_inode:[eventpoll]" {
			for _, member := range information("self", fd, "tfd") {
				number, _ := strconv.Atoi(member)
				all[number] = true
			}
		}
	}
	return all
}

// information returns what the fields of this name in proc_pid_fdinfo(5) begin
// with.
func information(process string, fd int, name string) (values []string) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%s/fdinfo/%d", process, fd))
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == name+":" {
			values = append(values, fields[1])
		}
	}
	return values
}

// flags are those of open(2).
func flags(process string, fd int) (all int64) {
	for _, octal := range information(process, fd, "flags") {
		all, _ = strconv.ParseInt(octal, 8, 64)
	}
	return all
}

// meanings say what the prefix of a link of /proc/self/fd means.
var meanings = map[string]string{
	"pipe:":                  "one end of a pipe",
	"socket:":                "a socket",
	"anon_inode:[eventpoll]": "an epoll instance",
	"anon_inode:[eventfd]":   "an eventfd",
	"anon_inode:[signalfd]":  "a signalfd",
	"anon_inode:[timerfd]":   "a timerfd",
	"anon_inode:[pidfd]":     "a pidfd, which stands for a process",
	"pidfd:":                 "a pidfd, which stands for a process",
	"anon_inode:inotify":     "an inotify instance",
	"/memfd:":                "a memory file",
}

func describe(target string) string {
	for prefix, meaning := range meanings {
		if strings.HasPrefix(target, prefix) {
			return meaning + " (" + target + ")"
		}
	}
	return target
}
