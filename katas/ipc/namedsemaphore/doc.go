// Package namedsemaphore is a kata about sharing a small number of places between
// processes that know nothing of each other but a name.
//
// In Python: multiprocessing.BoundedSemaphore(n), which only children can inherit, and
// posix_ipc.Semaphore(name), which loses a slot for ever when its holder is killed. Go
// has neither: build one of what the kernel takes back when a process dies, and let a
// context end the waiting.
//
// # Rules
//
//   - A semaphore is what its folder and name say, in whichever process: all that open
//     them share its n slots. Two Semaphores that one process has opened share them as
//     those of two processes do. Everything that the semaphore is made of lies in its
//     folder, or ends with the processes that use it.
//   - At no time are more than n slots held. If fewer are held, whoever calls Acquire, or
//     waits in it, gets one, whichever slot it is and whoever had it. Whoever is stopped
//     with SIGSTOP while it waits may get one too, and keeps nobody else from the others.
//   - A slot is held until it is given back or its process ends, also when nothing in the
//     process points at the Semaphore any more.
//   - A process that ends gives back the slots that it holds, also when it is killed with
//     SIGKILL, and before its parent has waited for it. This needs no process that
//     makes calls: those who wait in Acquire get the slots. It may be any of the processes,
//     also the one that made the semaphore.
//   - A process that is killed while it waits takes nothing with it.
//   - Waiting costs no CPU: nothing in Acquire wakes up to look.
//   - The semaphore outlives the processes that use it, and stays until Remove.
//   - Programs that a process starts inherit nothing: a slot comes back although they live.
//   - Any number of goroutines may use a Semaphore at once. Who releases a slot need not
//     be the goroutine that took it.
//   - After Close nothing is left in the process: no goroutine, no thread, no descriptor,
//     no program. Until then there may be some.
//   - Left open are the order in which those who wait get in, and who uses a semaphore
//     while it is being removed or afterwards. All processes belong to one user,
//     run on one machine, see each other in /proc, and name the folder by the same path.
//
// # Worth knowing
//
// sem_overview(7) tells what POSIX has; there a slot of a dead process is lost, and in
// sysvipc(7) SEM_UNDO is made against that. Of file locks there are three kinds: those
// of fcntl_locking(2) belong to the process, those of flock(2) and F_OFD_SETLK to an
// open file, and all of them go when the owner does. pipe(7) and poll(2) tell
// what a reader sees when the last writer has gone, pidfd_open(2) how to wait for the
// death of a process, inotify(7) what happens in a folder, and signal(7) which calls
// a signal interrupts: the runtime asks for SA_RESTART.
package namedsemaphore
