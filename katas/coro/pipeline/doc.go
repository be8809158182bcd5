// Package pipeline is a kata about stages that pull: cat | grep | head made of
// sequences, and several such pipelines that run into one.
//
// In Python: generators, one around the other, for lines; for several sources at
// once, a queue.Queue that a thread per source fills. In Go the first half looks
// the same, with iter.Seq2. In the second half you need goroutines, and with them
// comes what a generator never had to think about: who holds them back, and who
// ends them.
//
// # Rules
//
//   - To make a stage does nothing: no file is opened, no source is begun and no
//     goroutine is started until somebody ranges over it. Every loop starts afresh.
//   - Back-pressure: the loop at the end pulls, and nothing runs ahead of it. A
//     line is taken from a source when it is asked for, except that each source of
//     Merge may be one line ahead.
//   - An error comes once, and last: a stage whose source has an error hands that
//     error on, the same value, asks the source for nothing more, and ends. The
//     line that comes with an error is "".
//   - A loop can end in four ways: it has seen everything, it is left, its body
//     panics, or, where iter.Pull2 drives it, stop is called. Whichever it was,
//     when it is over, every source that was begun for it has ended, every file is
//     closed, and every goroutine is gone. A panic passes through, its value
//     unchanged.
//   - Once yield has returned false, it is not called again.
//
// A source is a sequence that is handed to one of these functions. It is begun when
// it is called, and it has ended when that call is over.
//
// # Worth knowing
//
// A pipeline of sequences is one call inside another: leaving the loop makes each
// yield return false, all the way up. A goroutine that sends on a channel is in no
// such call. If nobody receives any more, it waits for ever, unless it can also be
// told; and told is not yet gone.
package pipeline
