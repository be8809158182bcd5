package pulse

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Peak is the most memory, in bytes, that this process has had resident since it
// became this program (VmHWM, proc_pid_status(5)).
func Peak() int64 {
	text, _ := os.ReadFile("/proc/self/status")
	return kibibytes(text, "VmHWM:")
}

// kibibytes returns a line's value in bytes, 0 if there is no such line.
func kibibytes(text []byte, name string) int64 {
	for line := range bytes.Lines(text) {
		if fields := bytes.Fields(line); len(fields) > 1 && string(fields[0]) == name {
			value, _ := strconv.ParseInt(string(fields[1]), 10, 64)
			return value << 10
		}
	}
	return 0
}

// Family is what the living processes below this one have resident, in bytes, as
// Together counts it.
func Family() int64 {
	return Together(Descendants(), nil)
}

// Together is what processes have resident, in bytes: pages that several have are
// divided among them (Pss, proc_pid_smaps(5)). Of a process that lets nobody look,
// it is what unknown says.
func Together(pids []int, unknown map[int]int64) (bytes int64) {
	for _, pid := range pids {
		// In this order: who has memory of its own by now won't have its parent's later.
		if !borrows(pid) {
			bytes += share(pid, unknown[pid])
		}
	}
	return bytes
}

func share(pid int, unknown int64) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/smaps_rollup")
	if err == nil {
		return kibibytes(text, "Pss:")
	}
	if errors.Is(err, unix.ESRCH) || len(Stat(pid)) == 0 {
		return 0 // it has ended, or is about to
	}
	return unknown
}

// borrows reports whether a process runs in its parent's memory, as it does between
// vfork(2) and execve(2): of that memory the kernel says that each of them has it all.
func borrows(pid int) bool {
	fields := Stat(pid)
	if len(fields) <= StatStack {
		return false
	}
	parent, _ := strconv.Atoi(fields[StatParent])
	const memory = 1 // KCMP_VM
	order, _, err := unix.RawSyscall(unix.SYS_KCMP, uintptr(pid), uintptr(parent), memory)
	if err == 0 || err == unix.ESRCH {
		return err == 0 && order == 0
	}
	// Containers may forbid the question. Who has just been forked and has the stack
	// where its parent has it, has become no other program.
	above := Stat(parent)
	return len(above) > StatStack && above[StatStack] == fields[StatStack] && age(fields) < longestVfork
}

// longestVfork bounds how long it is believed, of a process that can't be asked, that
// it has no memory of its own yet.
const longestVfork = time.Second

// age is how long ago a process was started.
func age(fields []string) time.Duration {
	var now unix.Timespec
	unix.ClockGettime(unix.CLOCK_BOOTTIME, &now)
	ticks, _ := strconv.ParseInt(fields[StatStarted], 10, 64)
	return time.Duration(now.Nano()) - time.Duration(ticks)*Tick
}
