// Package event is a kata about telling many at once: something happens, and all
// who wait for it go on.
//
// In Python: threading.Event with set, clear, is_set and wait(timeout), which is a
// flag and a threading.Condition. In Go a wait ends with a context. A channel that
// is closed tells everybody as well, those who come later too, but only once: it
// can't be opened again. What happens to those who wait while it is replaced is the
// kata.
//
// # Rules
//
//   - Any number of goroutines may call any method at any time.
//   - Set wakes all who wait, and not only one of them. Those who come later pass, as
//     long as the event is set.
//   - A Set is never missed. Whoever waits when it is called goes on, also if Clear is
//     called right after it, before any of the waiters has had a chance to run (a
//     pulse). And it wakes those alone: whoever begins to wait after the Clear waits
//     for the next Set.
//   - What is done before Set happens before what is done after the Wait that returns
//     nil because of it, and after the IsSet that returns true because of it.
//   - A caller that has to wait is blocked: it costs no CPU, and it is woken by
//     what it waits for, not by a clock.
//   - Set, Clear and IsSet never wait for a caller of Wait.
//   - No goroutine outlives the call that started it.
//
// # Worth knowing
//
// sync.Cond is the Condition of Python: who is woken looks again whether what it
// waited for is true. That is right where the truth stays until somebody changes it
// on the waiter's behalf. Of a pulse nothing is left to be seen by then.
//
// Closing a channel twice panics. Two goroutines that both look first whether it is
// closed close it twice all the same, if looking and closing are two steps.
//
// When several cases of a select are ready, it takes one of them by chance.
package event
