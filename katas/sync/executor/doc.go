// Package executor is a kata about few workers for many tasks: an executor takes
// tasks from anybody at any time, runs a limited number of them at once, and comes
// to an orderly end.
//
// In Python: concurrent.futures.ThreadPoolExecutor(max_workers), with submit, map
// and shutdown(wait, cancel_futures). There, tasks that wait for other tasks of
// their executor can take all its workers, and wait for ever. Here, a task is given
// a context by which its executor knows it when it waits.
//
// # Rules
//
//   - Any number of goroutines may call any function at any time, and tasks may
//     too; but a task may not have Shutdown wait, since it would wait for itself.
//   - As long as there are tasks that have not begun, each of the executor's workers
//     runs one or is lent (see below). Never do more tasks run than it has workers.
//   - Tasks begin in the order in which they were submitted, but for those that
//     another task waits for: these may begin before it is their turn.
//   - A task runs once. However it ends, by returning, by a panic or by
//     runtime.Goexit, its outcome is known, and the executor has as many workers
//     as before.
//   - A task that waits for another task of its executor, in Result or in Map and
//     with the context that it was given, or with one derived from that, lends its
//     worker: it doesn't count as running while it waits, and what it waits for
//     begins at some time even if all the others of its executor wait so, too. So
//     tasks that wait for tasks get on, however few workers there are. When it goes
//     on, it counts again, and waits for that if it must.
//   - Nobody else lends a worker or is one: who waits from outside waits until
//     the executor's own workers have run the task, and so does a task of another
//     executor.
//   - Tasks that have not begun cost no goroutine each.
//   - Waiting costs no CPU, for callers and for workers that have nothing to do.
//   - When an executor is shut down and its tasks have ended, nothing of it is left.
//
// Left open is what an executor that is not shut down keeps, which goroutine runs a
// task, whether a worker that was lent runs tasks other than the one that is waited
// for, what becomes of a task that waits for one that calls runtime.Goexit, and what
// becomes of tasks that wait for each other in a circle. Only the goroutine that a
// task is called in may wait with its context.
//
// # Worth knowing
//
// A buffered channel is a queue with an end: who sends to a full one waits.
//
// context.WithValue puts something into a context that all contexts derived from
// it have as well. A key of a type of your own meets nobody else's.
//
// recover returns nil while a goroutine ends with runtime.Goexit, but deferred
// functions run, and they may start another goroutine.
package executor
