// Package boundedqueue is a kata about waiting: a queue that makes its callers
// wait when it is full or empty, and lets them stop waiting.
//
// In Python: queue.Queue(maxsize), with put, get, task_done and join. There, a
// wait ends with a timeout; here it ends with a context, and the queue can be
// closed. A Go channel does half of this. The other half, leaving a wait without
// leaving anything behind and knowing when the work is done and not only handed
// out, is what you build.
//
// # Rules
//
//   - Any number of goroutines may call any method at any time.
//   - First in, first out. What was put before is taken before.
//   - A caller that has to wait is blocked: it costs no CPU, and it is woken by
//     what it waits for, not by a clock. Nobody waits on while there is room, or
//     an item, for them: if several can go on, all of them do, and if one gives up
//     that was woken, another goes on instead.
//   - A caller whose context ends stops waiting and has changed nothing: its
//     item is not in the queue, and it has taken none.
//   - No goroutine outlives the call that started it.
//   - Close lets out what is in the queue, and nothing new in.
//   - Join waits for the work: an item counts until Done was called for it.
//
// # Worth knowing
//
// sync.Cond cannot wait for a context as well, unless you help it
// (context.AfterFunc). Channels can, in a select. Both ways lead to a good
// answer; a wake-up that goes to one waiter where several wait for different
// things is how most answers go wrong.
package boundedqueue
