package pulse

import (
	"bytes"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Tick is the unit of CPU times in /proc: USER_HZ, which Linux fixes at 100 for
// every program (proc(5)).
const Tick = time.Second / 100

// most bounds how many descendants one look reads.
const most = 2048

// usage reads the processor time and the switches, from getrusage(2) for this
// process and from /proc for its descendants, zombies too, whose runnable threads it counts
// too. What vanishes meanwhile has ended, which is no error.
func usage() Beat {
	var process, reaped, thread unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &process)
	unix.Getrusage(unix.RUSAGE_CHILDREN, &reaped)
	unix.Getrusage(unix.RUSAGE_THREAD, &thread)
	beat := Beat{CPU: spent(process) + spent(reaped) - spent(thread), Switches: process.Nvcsw - thread.Nvcsw}
	for _, pid := range Descendants() {
		fields := Stat(pid)
		if len(fields) <= StatThreads {
			continue
		}
		// Own user and system time, then those of children that it waited for.
		for _, field := range fields[StatUser : StatUser+4] {
			ticks, _ := strconv.Atoi(field)
			beat.CPU += time.Duration(ticks) * Tick
		}
		if fields[StatThreads] == "1" {
			beat.Runnable += runnable(fields)
		} else {
			beat.Runnable += runnableThreads(pid)
		}
	}
	return beat
}

func spent(usage unix.Rusage) time.Duration {
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// runnable is 1 for a thread that is runnable or in uninterruptible sleep (D: the
// disk is at work for it).
func runnable(fields []string) int {
	if len(fields) > 0 && (fields[StatState] == "R" || fields[StatState] == "D") {
		return 1
	}
	return 0
}

func runnableThreads(pid int) (count int) {
	for _, task := range tasks(pid) {
		count += runnable(parseStat(task + "/stat"))
	}
	return count
}

// Fields of /proc/pid/stat after the command name, which Stat returns from the
// state on (proc_pid_stat(5) counts them from 1, and the state is its third).
const (
	StatState    = 0
	StatParent   = 1
	StatGroup    = 2
	StatSession  = 3
	StatUser     = 11 // in ticks
	StatSystem   = 12
	StatThreads  = 17
	StatStarted  = 19 // in ticks since boot
	StatResident = 21 // in pages
	StatStack    = 25 // where it begins
	StatExit     = 49
)

// Stat returns the fields of /proc/pid/stat from the state on, nil if the
// process has gone. The command name before them may hold spaces and ")".
func Stat(pid int) []string {
	return parseStat("/proc/" + strconv.Itoa(pid) + "/stat")
}

func parseStat(file string) []string {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	end := bytes.LastIndexByte(text, ')')
	if end < 0 {
		return nil
	}
	var fields []string
	for field := range bytes.FieldsSeq(text[end+1:]) {
		fields = append(fields, string(field))
	}
	return fields
}

// Descendants returns the pids of all processes below this one, parents first.
func Descendants() []int {
	found := Children(os.Getpid())
	for i := 0; i < len(found) && len(found) < most; i++ {
		found = append(found, Children(found[i])...)
	}
	return found
}

// Processes are those below this one, parents first.
func Processes() (all []Process) {
	for _, pid := range Descendants() {
		fields := Stat(pid)
		if len(fields) <= StatParent {
			continue
		}
		parent, _ := strconv.Atoi(fields[StatParent])
		name, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
		all = append(all, Process{pid, parent, fields[StatState], string(bytes.TrimSpace(name))})
	}
	return all
}

// Children returns the pids of the living and zombie children of a process, of
// whichever of its threads.
func Children(pid int) (found []int) {
	for _, task := range tasks(pid) {
		text, _ := os.ReadFile(task + "/children")
		for field := range bytes.FieldsSeq(text) {
			if child, err := strconv.Atoi(string(field)); err == nil {
				found = append(found, child)
			}
		}
	}
	return found
}

// tasks returns the folders of a process's threads, none if it has gone.
func tasks(pid int) (folders []string) {
	all := "/proc/" + strconv.Itoa(pid) + "/task"
	entries, _ := os.ReadDir(all)
	for _, entry := range entries {
		folders = append(folders, all+"/"+entry.Name())
	}
	return folders
}

// Nap sleeps in the kernel, on the calling thread: a timer of the runtime would
// wake another one.
func Nap(d time.Duration) {
	left := unix.NsecToTimespec(int64(d))
	for unix.Nanosleep(&left, &left) == unix.EINTR {
	}
}
