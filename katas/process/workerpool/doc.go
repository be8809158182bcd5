// Package workerpool is a kata about work that other processes do: a pool that
// keeps a number of worker processes, hands them tasks, and stays whole when one
// of them dies.
//
// In Python: multiprocessing.Pool(4), with map, apply, apply_async, close, join and
// terminate. There the workers are forks of the program and know its functions. A
// Go program cannot fork without exec, and no closure can be sent to another
// process: so the pool is told the command of a worker, the worker's main calls
// Serve with the one function that it runs, and tasks and results are bytes.
//
// # Rules
//
//   - Any number of goroutines may call any method at any time.
//   - A pool has as many worker processes as New was asked for, no more and no
//     other processes. Each runs one task at a time, and one after the other.
//   - No task waits for a worker that is busy while another worker is free.
//   - Tasks and results are any bytes, none up to many megabytes. Whether none is nil
//     or empty is left open.
//   - A task runs once, whatever happens. If its worker dies while it runs, by exit
//     with whichever status or by a signal, that is a *CrashError for this task and
//     for no other.
//   - A worker that died is replaced, while the pool works off what it accepted
//     before Close, too: at the latest when a task would have to wait for it. If it
//     died while it had nothing to do, no task fails for that.
//   - That a worker died is noticed even if a process lives on which its task had
//     started with os/exec.
//   - A task that returns an error has not harmed its worker.
//   - Waiting costs no CPU, in this process and in the workers.
//   - Nothing outlives the pool: after Join, and after Terminate, there are no
//     processes, zombies, descriptors and goroutines of it.
//   - No worker outlives its pool's process by more than the task that it runs, not
//     even if that process is killed.
//
// Left open is how the pool and Serve talk to each other, what is on a worker's
// standard input, in which order tasks begin, what becomes of a task that panics,
// and what a pool does with a command that doesn't call Serve.
//
// # Worth knowing
//
// A pipe holds 64 KiB (pipe(7)): who writes more waits for a reader. A reader sees
// the end of the file when the last copy of the write end is closed, in whichever
// process that is: what exec doesn't close (O_CLOEXEC, open(2)), children have too.
// Who writes to a pipe that nobody can read any more gets EPIPE.
//
// exec.Cmd.ExtraFiles gives a child descriptors from number 3 on.
package workerpool
