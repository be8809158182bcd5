// Package semaphore is a kata about fairness: permits that callers take several of at
// a time, and a line in which nobody is overtaken.
//
// In Python: threading.BoundedSemaphore(n), with acquire and release. There, a caller
// takes one permit, anybody may be served first, and a wait ends with a timeout. Here
// callers say how many they take, whoever waits longest is served first, and a wait
// ends with a context. A buffered Go channel is a semaphore too, but not for more
// than one permit at a time: two callers that each have half of what they need wait
// for each other for ever.
//
// # Rules
//
//   - Any number of goroutines may call any method at any time. Permits belong to
//     nobody: who gives them back need not be who took them.
//   - Never are more permits held than there are, not even for a moment.
//   - A caller gets all that it asked for at once, or nothing. While it waits it holds
//     nothing.
//   - First come, first served. A caller that comes while others wait goes to the end
//     of the line, also if there are enough permits for it. So a caller that needs many
//     is not starved by those that need few.
//   - Nobody waits on who is the first in line and for whom there are permits, and then
//     the next one is the first. If the first gives up, those behind it go on.
//   - A caller whose context ends leaves the line, wherever it stands there, and takes
//     no permit with it. Of a context only Done and Err count: Acquire returns what Err
//     says, which is not the cause.
//   - A caller that has to wait is blocked: it costs no CPU, and it is woken by what it
//     waits for, not by a clock.
//   - No goroutine outlives the call that started it.
//
// # Worth knowing
//
// The line is the order in which callers begin to wait. Of two that come at the same
// time, either may be the first.
//
// A semaphore is no lock: it has no holder, and what you do with a permit is your
// affair. With one permit it keeps others out as a lock does, but a lock that is
// released by somebody else is a fault, and a semaphore that is, is a signal.
package semaphore
