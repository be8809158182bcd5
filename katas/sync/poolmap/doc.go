// Package poolmap is a kata about a map that works on several items at once and
// does so lazily: results come in the order of the items, as a loop asks for them,
// and when something goes wrong, or the loop has had enough, all of it ends.
//
// In Python: multiprocessing.pool.ThreadPool(n).imap(f, items). There, the pool takes
// all items at once, even if nobody asks for a result, and goes on after an error.
// Here, items come from an iter.Seq that may be endless, a loop over the results is
// never far behind, and the first error cancels the rest.
//
// # Rules
//
//   - Making a sequence does nothing: no item is taken and no call is made until
//     somebody ranges over it.
//   - Never do more than n calls run at once. An item is taken from the source
//     when a call can begin with it, and not before: never have more than n items
//     been taken whose results the loop has not been given. As long as a loop waits
//     for a result, there are as many as n of them, if the source has as many.
//   - The first call that fails ends everything: at once, whatever the loop does at
//     that moment, the context of all calls ends and no more items are taken.
//   - A loop can end in many ways: it has seen everything, a call has failed, the
//     context has ended, the loop is left by break or by return, or its body panics.
//     Whichever it was, when the loop is over, all calls have returned, the source has
//     ended, and no goroutine is left. Calls that still ran have been told by their
//     context. A panic of the body passes through, its value unchanged.
//   - Every loop starts afresh. As far as source and f allow, any number of loops
//     may go on at once.
//   - Waiting costs no CPU.
//
// A source is begun when it is called, and it has ended when that call is over. Only
// one goroutine at a time calls it or has it go on; which one is left open. A source
// that waits may hold up results that are there, and Map can't end its wait. Left
// open is, too, whether calls begin while the loop's body runs, and what becomes of a
// source that calls runtime.Goexit.
//
// # Worth knowing
//
// By the time a range statement over the source enters its body, the item has been
// taken.
//
// A channel of results that each item has for itself, in a queue in the order of the
// items, is how many keep the order.
//
// context.WithCancel of a context that package context doesn't know starts a
// goroutine, which ends when that context ends or the cancel function is called.
package poolmap
