// Package coroutine is a kata about functions that stop in the middle and go on
// where they were, with a value that somebody has sent them.
//
// In Python: `line = yield count`, and next(g), g.send(v), g.throw(e), g.close()
// from outside; the lecture's example is grep. Go has no yield, but it has two ways
// to stop a function in the middle: iter.Pull, whose values go one way only, and a
// goroutine, which goes on beside its caller unless you see to it that it doesn't.
//
// # Rules
//
//   - A coroutine runs while somebody is in Prime, Send, Throw or Close, and not a
//     moment longer; whoever called waits until it yields or ends. The two take
//     turns, so they may share memory without a lock.
//   - Values, errors and panics arrive as they were sent, returned or panicked
//     with: the same value, not a copy in other words.
//   - A result that comes with an error is zero.
//   - A coroutine is resumed by one caller at a time, but these may be different
//     goroutines, one after the other. Different coroutines have nothing to do with
//     each other: one may resume another, and goroutines may resume one each at the
//     same time.
//   - Every coroutine is resumed until it ends, or closed, also one that was never
//     primed. Then nothing of it is left behind. What a coroutine costs with which
//     neither was done is not looked at.
//
// What becomes of a body that calls runtime.Goexit, or of a yield that is called
// outside its body, is left free.
//
// # Worth knowing
//
// The hard part is the end, and there are four: the body returns, it panics, it is
// closed where it waits, or it was never begun. In each of them somebody may be
// waiting for the other side. Write down who, before you write the code.
package coroutine
