// Package future is a kata about outcomes that come later: a future stands for
// the outcome of some work, for all who want to know it, before it is there.
//
// In Python: concurrent.futures.Future, with result, cancel, add_done_callback,
// and as_completed. There, an executor makes futures and runs them; here, New
// makes one and whoever calls Run runs it, as in go f.Run(). A wait ends with a
// context in place of a timeout, and work that has begun can be told by its
// context that nobody wants it any more.
//
// # Rules
//
//   - Any number of goroutines may call any function at any time; the work,
//     callbacks and the bodies of loops may too, with the same future.
//   - A future begins, and then it has an outcome, or it is cancelled before it
//     begins. Its work runs at most once, and it never gets a second outcome.
//   - However the work ends, there is an outcome: if it returns, if it panics,
//     and if it ends its goroutine with runtime.Goexit.
//   - Everybody gets the same outcome, however many ask, however often.
//   - Waiting costs no CPU. A caller that waits is woken by what it waits for,
//     not by a clock.
//   - Run and Cancel wait for no loop, whatever its body does and however it
//     ends.
//   - A future that is not run holds no goroutine, and no goroutine outlives the
//     call, or the loop, that it was started for.
//
// Left open is what becomes of a callback that panics or ends its goroutine, of those
// behind it, and what a future that has
// no outcome yet keeps in memory of loops that were left.
//
// # Worth knowing
//
// A value that is sent on a channel is received once; that a channel is closed
// can be seen by everybody, for ever. Closing it a second time panics.
//
// When several cases of a select are ready, it picks one by chance.
//
// recover returns nil while a goroutine ends with runtime.Goexit, but deferred
// functions run. Tests do that: t.FailNow is such a call.
package future
