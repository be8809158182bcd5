// Package scheduler is a kata about cooperation: tasks that run one at a time, each
// until it gives way by itself, and a scheduler that decides who is next.
//
// In Python: a deque of generators, popped from the left, resumed, and appended at
// the right; later async def, await and asyncio.sleep. A goroutine can be stopped
// anywhere and runs beside others. A task stops only where it says so, and so the
// whole run has one order, which can be told beforehand.
//
// # Rules
//
//   - One task runs at a time, and none while Run isn't called. So tasks share
//     memory with each other, and with the caller of Run, without a lock.
//   - The tasks that could go on are ready, and stand in a queue. The first of them
//     is next. It runs until it calls Yield, Sleep or Join, or returns. Whoever
//     becomes ready goes to the end of the queue.
//   - Time is virtual. The clock stands still while any task is ready. When none is,
//     it jumps to the earliest moment that a sleeping task waits for, and all tasks
//     that wait for this moment become ready, in the order in which they fell
//     asleep. Nobody waits for a real clock.
//   - When no task is ready and none is asleep, but some wait in Join, that is a
//     deadlock: each waits for one that waits, and so some of them wait in a circle.
//     The scheduler breaks a circle: all Joins in it return an error that names it.
//     Of several circles, that one is broken which the task is in that was spawned
//     first; the others have their turn when again nothing else can go on.
//   - Run is over when every task has ended, and nothing of them is left behind. What
//     a task costs that was spawned and never run is not looked at.
//   - A scheduler knows nothing of another: a task may run a whole scheduler of its
//     own, and goroutines may run one each at the same time.
//
// Yield, Sleep and Join are called by the task itself, while it runs; the methods of
// the scheduler by its tasks, or by others while Run isn't called. Only Run must not
// be called by its own tasks. What else comes of other calls, of a Join of another
// scheduler's task, and of runtime.Goexit is left free.
//
// # Worth knowing
//
// A task has to stop in the middle of a function, and somebody else has to go on.
// iter.Pull does that, and so does a goroutine that waits for its turn. Either way
// the scheduler itself is only a queue, a list of sleepers and a loop. The hard part
// is to keep the books: who waits for whom, and in which of these lists is a task
// that was just let go?
package scheduler
