package sandbox

import (
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/pulse"
)

// watch sees to limits that the kernel doesn't keep for a program as a whole, or
// keeps without saying so.
type watch struct {
	orders  orders
	program int

	mu sync.Mutex
	// reaped is the time of those that have ended.
	reaped time.Duration
	peak   int64
	killed Killed
	// stopped is since when the program has been seen stopped.
	stopped time.Time
}

func newWatch(o orders, program int) *watch { return &watch{orders: o, program: program} }

// How often watch looks: seldom enough to take a small part of a processor,
// however many processes there are to look at, and however many programs are
// watched. How long a look took on the clock says nothing about that where others
// have the processor. What comes and goes between two looks, the harness tells at
// a spec's end.
const (
	leastPause = 25 * time.Millisecond
	mostPause  = time.Second
	restFactor = 20
)

// longestStop is how long a program may be stopped. Nobody is left to continue
// one that has stopped itself.
const longestStop = 3 * time.Second

func (w *watch) run() {
	runtime.LockOSThread() // whose time is taken
	for {
		began := threadTime()
		if over := w.look(); over != "" {
			w.mu.Lock()
			if w.killed == "" {
				w.killed = over
			}
			w.mu.Unlock()
			w.kill()
		}
		time.Sleep(min(max(leastPause, restFactor*(threadTime()-began)), mostPause))
	}
}

// threadTime is the processor time that the calling thread has had.
func threadTime() time.Duration {
	var now unix.Timespec
	unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now)
	return time.Duration(now.Nano())
}

// look returns the limit that is exceeded, if one is.
func (w *watch) look() Killed {
	limits := w.orders.Command.Limits
	var resident, threads int64
	var used time.Duration
	each := map[int]int64{}
	for _, pid := range w.processes() {
		fields := pulse.Stat(pid)
		if len(fields) <= pulse.StatResident {
			continue
		}
		number := func(field int) int64 {
			n, _ := strconv.ParseInt(fields[field], 10, 64)
			return n
		}
		each[pid] = number(pulse.StatResident) * int64(os.Getpagesize())
		resident += each[pid]
		threads += number(pulse.StatThreads)
		used += time.Duration(number(pulse.StatUser)+number(pulse.StatSystem)) * pulse.Tick
		if pid == w.program && w.stoppedFor(fields[pulse.StatState]) > longestStop {
			return KilledStopped
		}
	}
	written := w.written()
	if limits.Memory > 0 && resident+written > limits.Memory {
		// Pages that processes share were counted for each of them.
		resident = pulse.Together(slices.Collect(maps.Keys(each)), each)
	}
	resident += written
	w.mu.Lock()
	defer w.mu.Unlock()
	w.peak = max(w.peak, resident)
	switch {
	case limits.Memory > 0 && resident > limits.Memory:
		return KilledMemory
	case limits.Processes > 0 && threads >= limits.Processes:
		return KilledProcesses
	case limits.CPU > 0 && w.reaped+used > limits.CPU:
		return KilledCPU
	}
	return ""
}

func (w *watch) stoppedFor(state string) time.Duration {
	if state != "T" {
		w.stopped = time.Time{}
		return 0
	}
	if w.stopped.IsZero() {
		w.stopped = time.Now()
	}
	return time.Since(w.stopped)
}

// processes returns the pids of the program and of all that it has started: in a
// pid namespace, all there are.
func (w *watch) processes() []int {
	if !w.orders.Rung.namespaced() {
		return pulse.Descendants()
	}
	var pids []int
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}

// written is what is in folders that are kept in memory.
func (w *watch) written() (bytes int64) {
	if !w.orders.Rung.namespaced() {
		return 0
	}
	for _, folder := range []string{"/tmp", "/work", "/dev/shm"} {
		var filesystem unix.Statfs_t
		if unix.Statfs(folder, &filesystem) == nil {
			bytes += int64(filesystem.Blocks-filesystem.Bfree) * filesystem.Bsize
		}
	}
	return bytes
}

// kill ends all that the program has started, and the program.
func (w *watch) kill() {
	if w.orders.Rung.namespaced() {
		unix.Kill(-1, unix.SIGKILL)
		return
	}
	endTree(os.Getpid())
}

// endTree ends the processes below one. They are stopped first, so that none of
// them starts another meanwhile.
func endTree(parent int) {
	for _, pid := range pulse.Children(parent) {
		unix.Kill(pid, unix.SIGSTOP)
		endTree(pid)
		unix.Kill(pid, unix.SIGKILL)
	}
}

// ended adds what a process took that has ended.
func (w *watch) ended(_ int, used unix.Rusage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reaped += time.Duration(used.Utime.Nano() + used.Stime.Nano())
	w.peak = max(w.peak, used.Maxrss<<10)
}

// sum is what there is to tell at the end.
func (w *watch) sum() Ended {
	w.mu.Lock()
	defer w.mu.Unlock()
	return Ended{Killed: w.killed, CPU: w.reaped, Memory: w.peak}
}

// endOthers ends whatever the program has left. In a pid namespace the kernel does
// when init ends.
func (k *keeper) endOthers() {
	if k.orders.Rung.namespaced() {
		return
	}
	for none := 0; none < 2; {
		if none++; len(pulse.Children(os.Getpid())) > 0 {
			none = 0
		}
		endTree(os.Getpid())
		for {
			pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
			if err != nil && err != unix.EINTR || err == nil && pid <= 0 {
				break
			}
		}
		time.Sleep(time.Millisecond)
	}
	if k.orders.ID != 0 {
		clearUser(uint32(k.orders.ID))
	}
}
