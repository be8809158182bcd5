package guard

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/report"
)

// children sees the processes below this one. The process is a subreaper, so
// that a descendant whose parent has gone turns up here and not at init.
func children(Options) found {
	all := found{}
	if childless() {
		return all
	}
	own, _ := unix.Getsid(0)
	for _, pid := range pulse.Children(os.Getpid()) {
		fields := pulse.Stat(pid)
		if len(fields) <= pulse.StatSession {
			continue
		}
		session, _ := strconv.Atoi(fields[pulse.StatSession])
		leak := report.Leak{Kind: report.LeakChild, What: fmt.Sprintf("process %d, %s, state %s", pid, command(pid), fields[pulse.StatState])}
		switch {
		case fields[pulse.StatState] == "Z":
			leak.Kind = report.LeakZombie
			leak.What = fmt.Sprintf("process %d has ended and nobody waited for it (a zombie)", pid)
		case session != own:
			leak.Kind = report.LeakOrphan
		}
		all[strconv.Itoa(pid)] = leak
	}
	return all
}

// childless asks the kernel without reaping. The lists in /proc cost more, and may
// skip an entry while another child is reaped (proc_pid_children(5)).
func childless() bool {
	for {
		switch unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil) {
		case unix.ECHILD:
			return true
		case unix.EINTR:
			continue
		}
		return false
	}
}

// command is what a process was started with, or its name in brackets.
func command(pid int) string {
	folder := "/proc/" + strconv.Itoa(pid)
	line, _ := os.ReadFile(folder + "/cmdline")
	line = bytes.TrimRight(bytes.ReplaceAll(line, []byte{0}, []byte{' '}), " ")
	if len(line) == 0 {
		name, _ := os.ReadFile(folder + "/comm")
		return "[" + string(bytes.TrimSpace(name)) + "]"
	}
	if len(line) > 120 {
		line = append(line[:120:120], "…"...)
	}
	return string(line)
}

// EndDescendants kills every process below this one and reaps it. Each round
// finds the children of those that the round before has ended.
func EndDescendants() {
	for range 100 {
		pids := pulse.Descendants()
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			unix.Kill(pid, unix.SIGKILL)
		}
		for {
			reaped, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
			if err == unix.EINTR {
				continue
			}
			if err != nil || reaped <= 0 {
				break
			}
		}
		time.Sleep(time.Millisecond)
	}
}

func endChildren(found) { EndDescendants() }

// adopt makes this process the parent of orphans below it.
func adopt() {
	unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
}
