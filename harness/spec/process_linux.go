package spec

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/concurrency-dojo/dojo/harness/pulse"
)

// Process is what the kernel says of a process (proc_pid_stat(5)).
type Process struct {
	PID, Parent, Group, Session int
	// State is one letter: R, S (waits for an event), D, T (stopped) or Z (zombie).
	State string
	// Arguments are those that it was started with, program first; none in a zombie.
	Arguments []string
}

// Look returns what the kernel says of a process, and false if there is none with
// this pid, or none any more: a zombie is one still.
func Look(pid int) (Process, bool) {
	fields := pulse.Stat(pid)
	if len(fields) <= pulse.StatSession {
		return Process{}, false
	}
	number := func(field int) int {
		n, _ := strconv.Atoi(fields[field])
		return n
	}
	state := fields[pulse.StatState]
	if state == "Z" && number(pulse.StatThreads) > 1 {
		// Its first thread has ended, and the others, which have its descriptors,
		// have not.
		state = "S"
	}
	return Process{
		PID: pid, Parent: number(pulse.StatParent), Group: number(pulse.StatGroup), Session: number(pulse.StatSession),
		State:     state,
		Arguments: arguments(pid),
	}, true
}

// longestExec bounds how often arguments looks, for a program that hides its own.
const longestExec = 5000

// arguments are a process's. In execve(2), the descriptors that are closed on exec,
// by whose end os/exec knows that a program has started, are closed before the
// kernel knows the program's arguments: for that moment it has none.
func arguments(pid int) []string {
	for range longestExec {
		line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if len(line) > 0 {
			return strings.FieldsFunc(string(line), func(r rune) bool { return r == 0 })
		}
		if fields := pulse.Stat(pid); err != nil || len(fields) <= pulse.StatState || fields[pulse.StatState] == "Z" {
			return nil
		}
		pulse.Nap(time.Millisecond)
	}
	return nil
}

// State returns the letter of a process's state, "" if there is none with this pid.
func State(pid int) string {
	process, _ := Look(pid)
	return process.State
}

// Descendants returns the processes below this one, zombies too, parents before
// their children; orphans among them are this process's own children, since it is
// a subreaper. While processes start and end, one look may miss some
// (proc_pid_children(5)): ask again, or after Quiet.
func Descendants() []Process {
	var all []Process
	for _, pid := range pulse.Descendants() {
		if process, there := Look(pid); there {
			all = append(all, process)
		}
	}
	return all
}
