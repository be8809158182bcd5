// Package pstree is a kata about what a process is: a reader of /proc that tells
// about one process, about all that are below it, and who has been swapped out.
//
// In Python: open(f"/proc/{pid}/stat").read().split(), or psutil, which does the
// same with more care. In Go it is os.ReadFile and package strings, and the care is
// yours: /proc looks like a folder of text files, but the kernel makes it up while
// you read, and processes come and go meanwhile.
//
// # Rules
//
//   - All functions get the folder that they read. It is "/proc", or one that looks
//     like it: another proc(5) file system, or a folder of plain files, in which
//     a process has PID/stat and PID/status and maybe nothing else. Symbolic links
//     are followed, as anywhere: each of these, and the folder too, may be one.
//   - A process is an entry of that folder whose name is a number, its pid. There are
//     others, such as self, thread-self, sys and uptime. The threads of a process
//     (PID/task) are no processes of their own.
//   - A command is whatever the process says: spaces, brackets and line breaks in it
//     belong to it, byte for byte.
//   - A scan is no photograph. Processes that end while it goes on, or that can't be
//     read for another reason, are left out, and the scan goes on without them.
//   - Nothing is remembered from one call to the next, and nothing stays open. Any
//     number of goroutines may call any function at once.
//
// # Worth knowing
//
// PID/stat is one line, described in proc_pid_stat(5), or in proc(5) where the
// manual is older:
//
//	4711 (cat) S 4710 4711 4710 34816 … 20 0 1 …
//
// Its first four fields are the pid, the command in parentheses, the state and the
// parent's pid; field 19 is the nice value and field 20 the number of threads.
//
// PID/status tells much of it again for human readers, a line for each, and the
// sizes of the memory, as proc_pid_status(5) says:
//
//	VmRSS:	    1792 kB
//	VmSwap:	       0 kB
//
// A kB of /proc is 1024 bytes. Threads of the kernel, and zombies, have no memory of
// their own, so these lines are missing. In status, the kernel writes a line break in
// a command as \n and a backslash as \\; in stat it doesn't. A process can be in
// thousands of groups, which stand in one line, so status may be long.
//
// The states that one meets most: R runs or could run, S sleeps until something
// happens, D sleeps and can't be interrupted (it waits for a disk), T was stopped by a
// signal, Z is a zombie: it has ended and its parent hasn't waited for it yet. I is
// an idle thread of the kernel.
//
// Pids are handed out in rising order and start again from the bottom when they have
// reached /proc/sys/kernel/pid_max. So a child may have a smaller pid than its parent.
//
// A process that ends between two of your steps shows it in one of several ways: its
// folder or a file is missing (ENOENT); or the file could still be opened, and
// reading it fails (ESRCH) or finds nothing in it.
package pstree
