// Package tally is a kata about the lost update: counts by name that many
// goroutines change at once, and none of the changes gets lost.
//
// In Python: a collections.Counter that threads share, under a threading.Lock.
// There, counter[name] += 1 reads, adds and writes in three steps, and another
// thread may come between them. In Go it is the same three steps, the goroutines
// really run at the same time, and a map that one of them writes while another
// uses it is broken: that is a data race, and the runtime may end the program
// ("concurrent map writes").
//
// # Rules
//
//   - Any number of goroutines may call any method of a tally at any time.
//   - Every call is one step (it is atomic): nobody sees half of it, and no other
//     call comes in between. Each goes by what all those have left that returned
//     before it was made.
//   - A map that a tally hands out belongs to the caller alone.
//   - A caller that has to wait for another is blocked: it costs no CPU, and no
//     clock wakes it.
//   - No goroutine outlives the call that started it.
//
// # Worth knowing
//
// A lock around each access is not yet a lock around what belongs together. If
// one call takes the lock twice, others get in between, and the race detector has
// nothing to say: it knows of accesses that nothing orders, not of steps that
// should have been one.
//
// A struct that holds a sync.Mutex must not be copied once it is in use: the copy
// is another lock. A method with a value receiver copies its struct at each call.
package tally
