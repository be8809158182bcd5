package guard

import (
	"cmp"
	"fmt"
	"math/bits"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/report"
)

var local = []census{
	{kind: report.LeakDescriptor, look: descriptors, explain: explainDescriptors},
	{kind: report.LeakChild, look: children, undo: endChildren},
	{kind: report.LeakMapping, look: mappings},
	{kind: report.LeakIPC, look: ipc},
}

// warmUp does once what would otherwise look like a leak of the first spec
// that does it: the runtime opens its poller for the first pipe, and package os
// tries out pidfds for the first child.
func warmUp() {
	adopt()
	remember()
	rememberAttributes()
	if r, w, err := os.Pipe(); err == nil {
		r.SetDeadline(time.Now())
		r.Close()
		w.Close()
	}
	if process, err := os.FindProcess(os.Getpid()); err == nil {
		process.Release()
	}
}

// limits are those that a kata might change.
var limits = []struct {
	name     string
	resource int
	value    unix.Rlimit
}{
	{name: "RLIMIT_NOFILE", resource: unix.RLIMIT_NOFILE},
	{name: "RLIMIT_CORE", resource: unix.RLIMIT_CORE},
	{name: "RLIMIT_FSIZE", resource: unix.RLIMIT_FSIZE},
	{name: "RLIMIT_NPROC", resource: unix.RLIMIT_NPROC},
	{name: "RLIMIT_MEMLOCK", resource: unix.RLIMIT_MEMLOCK},
}

var originalMask int

func rememberAttributes() {
	originalMask = unix.Umask(0)
	unix.Umask(originalMask)
	for i := range limits {
		unix.Getrlimit(limits[i].resource, &limits[i].value)
	}
}

// attributes notes umask, limits and signal dispositions. Go catches every
// signal itself, so that of the dispositions only "ignored" tells anything.
func attributes(note func(name, value string)) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(status)) {
		switch name, value, _ := strings.Cut(strings.TrimSpace(line), ":\t"); name {
		case "Umask":
			note("the umask", value)
		case "SigIgn":
			note("the set of ignored signals", signals(value))
		}
	}
	for _, limit := range limits {
		var now unix.Rlimit
		unix.Getrlimit(limit.resource, &now)
		note(limit.name, fmt.Sprintf("%d of at most %d", now.Cur, now.Max))
	}
}

// signals names those of a mask of proc_pid_status(5).
func signals(mask string) string {
	set, err := strconv.ParseUint(mask, 16, 64)
	if err != nil {
		return mask
	}
	var names []string
	for ; set != 0; set &= set - 1 {
		number := syscall.Signal(bits.TrailingZeros64(set) + 1)
		names = append(names, cmp.Or(unix.SignalName(number), fmt.Sprint("signal ", int(number))))
	}
	return "{" + strings.Join(names, ", ") + "}"
}

func restoreAttributes() {
	unix.Umask(originalMask)
	for _, limit := range limits {
		unix.Setrlimit(limit.resource, &limit.value)
	}
}
