package sandbox

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/pulse"
)

// adoptOrphans makes this process the parent of whatever a program leaves running
// when its own process ends.
func adoptOrphans() { unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// sweep kills and reaps orphans. Each round finds the children of those that the
// round before has ended.
func sweep() {
	running.Lock()
	defer running.Unlock()
	for range 100 {
		found := false
		for _, pid := range pulse.Children(os.Getpid()) {
			if running.pids[pid] {
				continue
			}
			found = true
			unix.Kill(pid, unix.SIGKILL)
			unix.Wait4(pid, nil, 0, nil)
		}
		if !found {
			return
		}
	}
}

func signalName(signal syscall.Signal) string { return unix.SignalName(signal) }
