// Package sharedarray is a kata about shared memory: an array of numbers that
// several processes add to at once, with a lock that no dead process can keep.
//
// In Python: multiprocessing.Array("q", n), which is shared because a forked child
// has the parent's mappings, and whose get_lock() is a semaphore: kill the process
// that holds it and all others wait for ever. Go cannot fork without exec, so the
// memory has to be a file that another process is given as a descriptor and maps
// for itself: exec.Cmd has ExtraFiles for that, and the first of them is descriptor 3
// of the child.
//
// # Rules
//
//   - All processes that have the array see the same numbers, at once and without
//     any call that copies them.
//   - Add and Len may be called from any number of goroutines and processes at once.
//     Add doesn't wait for the lock, whoever holds it.
//   - The lock has one holder among all goroutines of all processes that have the
//     array. It is free as soon as the process of its holder has ended, killed or not:
//     also before anybody has waited for that process, and also if others live on that
//     it has handed the array to. Each array has a lock of its own.
//   - Waiting for the lock costs no CPU, in any process: nothing in it wakes up to look.
//   - A process has the array if it has made it, or has been given its File on purpose.
//     Programs that a process starts otherwise inherit none of its descriptors, be it
//     the process that made the array or one that attached it.
//   - A process makes or attaches one and the same array once. It may have several
//     arrays, hold the lock of one, and wait for that of another in the meantime.
//   - No file of the array, or of its lock, lies in any folder once New has returned.
//   - Left open is what becomes of an Unlock without a Lock, of a second Lock by a
//     goroutine that holds the lock already, of calls during Close, of calls after it
//     other than Close, and which of several waiters gets the lock.
//
// # Worth knowing
//
// memfd_create(2) makes a file that is nowhere but in memory, and mmap(2) tells
// MAP_SHARED from MAP_PRIVATE. That the race detector is silent says nothing here: it
// doesn't watch mapped memory.
//
// flock(2) and the open file description locks of fcntl_locking(2) belong to an open
// file description, as open(2) makes one, and not to a descriptor or a process. Those
// who inherited a descriptor have the same description as whom they inherited it
// from, until the last of them has closed it; and a mapping keeps the description that
// it was made from, until it is unmapped, though the descriptor is closed. Opening
// /proc/self/fd/N (proc_pid_fd(5)) makes another. The older record locks of
// fcntl_locking(2) belong to a process, and for them a process waits as a whole: one
// that would close a circle of processes is refused (EDEADLK), though other goroutines
// could go on.
//
// ExtraFiles arrive without the close-on-exec flag (execve(2), FD_CLOEXEC of
// fcntl(2)): they could not arrive otherwise.
//
// This is one of the few katas where package unsafe may be imported: mapped memory is a
// []byte, and sync/atomic wants an *int64.
package sharedarray
