package guard

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/report"
)

// children sees the processes below this one. The process is a subreaper, so
// that a descendant whose parent has gone turns up here and not at pid 1.
func children(Options) found {
	all := found{}
	if childless() {
		return all
	}
	orphans := adopted()
	for _, pid := range pulse.Children(os.Getpid()) {
		fields := pulse.Stat(pid)
		if len(fields) <= pulse.StatExit {
			continue
		}
		id := strconv.Itoa(pid)
		leak := report.Leak{Kind: report.LeakChild, What: fmt.Sprintf("process %d, %s, state %s", pid, command(pid), fields[pulse.StatState])}
		switch {
		case fields[pulse.StatState] == "Z":
			leak.Kind = report.LeakZombie
			leak.What += " (a zombie), " + ending(fields[pulse.StatExit])
		case slices.Contains(orphans, id):
			leak.Kind = report.LeakOrphan
		}
		all[id] = leak
	}
	return all
}

// init keeps the main thread to the main goroutine, which starts no process, so
// that whatever children that thread has were given to it.
func init() { runtime.LockOSThread() }

// adopted returns the children whose parent, process or thread, has gone. The
// kernel hands those to the main thread of a subreaper, and keeps for each other
// thread which children it has started itself.
func adopted() []string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid()))
	return strings.Fields(string(text))
}

// ending says how a process ended, from its status as wait(2) gives it.
func ending(status string) string {
	number, _ := strconv.Atoi(status)
	if ended := unix.WaitStatus(number); ended.Signaled() {
		return "ended by " + unix.SignalName(ended.Signal())
	}
	return fmt.Sprint("exit status ", unix.WaitStatus(number).ExitStatus())
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

// longestEnding bounds how long the killed may take to end.
const longestEnding = 10 * time.Second

// ownersShare is how long a zombie is left to whoever waits for it. An owner whose
// wait fails since we have reaped its child may panic over that, and would seem to
// have done so by itself.
const ownersShare = 50 * time.Millisecond

// EndDescendants kills every process below this one and reaps it. Each round
// finds the children of those that the round before has ended; two in a row must
// find none, since a child that just loses its parent may be nobody's for a
// moment.
func EndDescendants() {
	dead := map[int]time.Time{}
	none := 0
	for start := time.Now(); none < 2 && time.Since(start) < longestEnding; {
		pids := pulse.Descendants()
		if none++; len(pids) > 0 {
			none = 0
		}
		for _, pid := range pids {
			fields := pulse.Stat(pid)
			switch since, known := dead[pid]; {
			case len(fields) == 0 || fields[pulse.StatState] != "Z":
				unix.Kill(pid, unix.SIGKILL)
			case !known:
				dead[pid] = time.Now()
			case time.Since(since) > ownersShare:
				unix.Wait4(pid, nil, unix.WNOHANG, nil)
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
