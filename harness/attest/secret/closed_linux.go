package secret

import "syscall"

// closeMemory keeps other processes, and files such as /proc/self/mem, out of this
// one's memory, and forbids core dumps (PR_SET_DUMPABLE, proc(5)).
func closeMemory() {
	const setDumpable = 4 // PR_SET_DUMPABLE
	syscall.RawSyscall(syscall.SYS_PRCTL, setDumpable, 0, 0)
}
