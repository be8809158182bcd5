package sandbox

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// lockedMemory bounds mlock(2) and POSIX message queues, in bytes.
const lockedMemory = 1 << 20

// limit sets what the kernel keeps for each process, and for each user in a user
// namespace of its own. Init's children inherit it.
func (k *keeper) limit() error {
	limits := k.orders.Command.Limits
	rows := []struct {
		what  int
		value uint64
		given bool
	}{
		{unix.RLIMIT_CORE, 0, true},
		{unix.RLIMIT_NOFILE, limits.Files, limits.Files > 0},
		{unix.RLIMIT_FSIZE, uint64(limits.FileSize), limits.FileSize > 0},
		{unix.RLIMIT_MEMLOCK, lockedMemory, true},
		{unix.RLIMIT_MSGQUEUE, lockedMemory, true},
		{unix.RLIMIT_NPROC, mostProcesses(limits.Processes), limits.Processes > 0 && k.orders.ID != 0},
		{unix.RLIMIT_CPU, uint64(limits.CPU/time.Second) + 1, limits.CPU > 0},
	}
	for _, row := range rows {
		if !row.given {
			continue
		}
		var old unix.Rlimit
		if err := unix.Getrlimit(row.what, &old); err != nil {
			return fmt.Errorf("getrlimit %d: %w", row.what, err)
		}
		value := min(row.value, old.Max)
		if err := unix.Setrlimit(row.what, &unix.Rlimit{Cur: value, Max: value}); err != nil {
			return fmt.Errorf("setrlimit %d: %w", row.what, err)
		}
	}
	return nil
}

// limitProcesses bounds the processes of the program's user, where nobody else is
// that user. If init is too, the limit is for the program alone: init must still be
// able to start a thread when the program no more can.
func (k *keeper) limitProcesses(program int) error {
	most := k.orders.Command.Limits.Processes
	if most == 0 || k.orders.Rung != Namespaces && k.orders.Rung != Bubblewrap {
		return nil
	}
	value := mostProcesses(most)
	return unix.Prlimit(program, unix.RLIMIT_NPROC, &unix.Rlimit{Cur: value, Max: value}, nil)
}

func mostProcesses(limit int64) uint64 { return uint64(limit+limit/4) + spare }

// spare is for init's own threads. The kernel is told to allow a quarter more than
// the limit on processes, which watch keeps and can tell of.
const spare = 64

// dropCapabilities gives up, on this thread, all power over the namespaces.
func dropCapabilities() error {
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return err
	}
	for number := uintptr(0); number <= unix.CAP_LAST_CAP; number++ {
		// Unknown to older kernels, which lack it then; forbidden without
		// CAP_SETPCAP, when the bounding set is empty anyway.
		unix.Prctl(unix.PR_CAPBSET_DROP, number, 0, 0, 0)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	return unix.Capset(&header, &none[0])
}
