// Package lock is a kata about mutual exclusion: a lock that callers can try, that
// they can stop waiting for, and that tells them if they hold it already.
//
// In Python: threading.Lock with acquire(blocking=False) and acquire(timeout=…). A
// second acquire by the thread that holds the lock waits for ever; a
// threading.RLock knows its thread, and counts. Here it is an error. But Go tells
// nobody which goroutine calls, and a Go mutex belongs to none: so whoever uses this
// lock has a handle made, and locks and unlocks by that.
//
// # Rules
//
//   - At most one handle holds the lock.
//   - What is done before Unlock happens before what is done after the LockContext
//     or TryLock that takes the lock next. So what the lock guards needs no other.
//   - A caller that has to wait is blocked: it costs no CPU, and it is woken by
//     what it waits for, not by a clock.
//   - Nobody waits for a lock that nobody holds: if it comes free, one of those who
//     wait gets it, and if one gives up that was woken, another gets it instead.
//     Which one is left free.
//   - A caller whose context ends stops waiting, and has not got the lock. No other
//     caller notices that it was there.
//   - A handle is used by one goroutine at a time. What happens if two call its
//     methods at the same time is left free.
//   - No goroutine outlives the call that started it.
//
// # Worth knowing
//
// sync.Mutex can't be waited for together with a context: a goroutine that is in
// its Lock comes out only with the lock. And sync.Cond wakes by Signal some waiter,
// also one that is about to give up.
//
// When several cases of a select are ready, it takes one of them by chance.
//
// A goroutine that waits for a lock that it holds itself is the smallest deadlock
// there is. That a lock finds it costs nothing, if it knows who asks.
package lock
