// Package barrier is a kata about meeting: a place where a fixed number of goroutines
// wait for each other, go on together, and meet again.
//
// In Python: threading.Barrier(parties, action), with wait, reset and broken. There, a
// wait that takes too long breaks the barrier; here, one whose context ends. A
// sync.WaitGroup waits once and for others. A barrier is used again and again, by those
// who are waited for, and that is the hard part: some come back for the next time before
// others have left the last.
//
// # Rules
//
//   - Nobody is let go before all parties have arrived. Then all of them are, and no
//     other: who comes more belongs to the next generation, and waits for its parties.
//   - A barrier can be used any number of times, by the same goroutines or by others.
//   - A fast party never laps a slow one: it may be back in Wait before a slow one has
//     left it, and then waits for it as for any other. The slow one is let go with
//     those of its own generation, whatever has happened since.
//   - The action runs once in each generation: after all have arrived, and before
//     anyone is let go. So it never runs twice at the same time, and nobody works
//     beside it.
//   - A generation is passed by all of its parties or broken for all of them. One that
//     gives up is missing, so that waiting for the rest is in vain: they are told at once.
//   - A barrier that is broken stays so until Reset. Those who come meanwhile do not wait.
//   - A caller that has to wait is blocked: it costs no CPU, and it is woken by what it
//     waits for, not by a clock.
//   - No goroutine outlives the call that started it.
//
// # Worth knowing
//
// Two phases of a computation that need each other's results are why barriers exist: all
// write, all meet, all read what the others wrote. That works because a barrier orders
// memory too (happens-before), and the race detector knows whether yours does.
package barrier
