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
func descriptors(o Options) found {
	all := found{}
	folder, err := os.Open("/proc/self/fd")
	if err != nil {
		return all
	}
	defer folder.Close()
	names, _ := folder.Readdirnames(-1)
	for _, name := range names {
		target, err := os.Readlink("/proc/self/fd/" + name)
		if err != nil || name == strconv.Itoa(int(folder.Fd())) {
			continue
		}
		if o.RaceLog != "" && strings.HasPrefix(target, o.RaceLog) || pooled(name, target) {
			continue
		}
		all[name+" "+target] = report.Leak{What: fmt.Sprintf("descriptor %s: %s", name, describe(target))}
	}
	return all
}

// spliceSize is what package net makes the pipes of that it keeps in a pool for
// splice(2), whenever io.Copy moves bytes between two connections.
const spliceSize = 1 << 20

// pooled reports whether a descriptor is an end of such a pipe: nobody forgot it.
func pooled(name, target string) bool {
	if !strings.HasPrefix(target, "pipe:") {
		return false
	}
	fd, err := strconv.Atoi(name)
	if err != nil {
		return false
	}
	size, err := unix.FcntlInt(uintptr(fd), unix.F_GETPIPE_SZ, 0)
	return err == nil && size == spliceSize
}

// closeDescriptors undoes what a spec left open.
func closeDescriptors(left found) {
	for id := range left {
		name, _, _ := strings.Cut(id, " ")
		if fd, err := strconv.Atoi(name); err == nil {
			unix.Close(fd)
		}
	}
}

// describe says what a link of /proc/self/fd means.
func describe(target string) string {
	for prefix, meaning := range map[string]string{
		"pipe:":                  "one end of a pipe",
		"socket:":                "a socket",
		"anon_inode:[eventpoll]": "an epoll instance",
		"anon_inode:[eventfd]":   "an eventfd",
		"anon_inode:[signalfd]":  "a signalfd",
		"anon_inode:[timerfd]":   "a timerfd",
		"anon_inode:[pidfd]":     "a pidfd: a process that was never waited for",
		"pidfd:":                 "a pidfd: a process that was never waited for",
		"anon_inode:inotify":     "an inotify instance",
		"/memfd:":                "a memory file",
	} {
		if strings.HasPrefix(target, prefix) {
			return meaning + " (" + target + ")"
		}
	}
	return target
}
