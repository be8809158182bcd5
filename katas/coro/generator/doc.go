// Package generator is a kata about making items one at a time: sequences that
// compute an item when a loop asks for it and clean up when the loop has had
// enough.
//
// In Python: functions with yield, zip, and itertools' count, chain and islice.
// There, a generator is an object that is used up, and leaving its loop early
// cleans up only once somebody calls generator.close() or the last reference
// goes. In Go a sequence is a function, iter.Seq: every loop over it calls it
// anew, and a loop that is left makes yield return false, at once and always.
//
// # Rules
//
//   - Making a sequence does nothing: no source is begun and nothing is opened
//     until somebody ranges over it. Only arguments that make no sense are
//     refused, with a panic, right when the sequence is made.
//   - An item is taken from a source when a loop asks for it, not before, and no
//     item is taken that no loop needs. So a source may be endless.
//   - Once yield has returned false, it is not called again.
//   - A loop can end in four ways: it has seen everything, it is left (by break
//     or by return), its body panics, or, where iter.Pull drives the sequence,
//     stop is called. Whichever it was, when it is over, every source that was
//     begun for it has ended. A panic of the body passes through, its value
//     unchanged.
//   - Every loop starts afresh. It knows nothing of one before it, of one around
//     it, or of one in another goroutine: as far as the sources allow, any number
//     of goroutines may range over one sequence at once.
//   - No goroutine outlives the loop that it was started for.
//
// A source is a sequence that is handed to one of these functions. It is begun
// when it is called, and it has ended when that call is over.
//
// # Worth knowing
//
// A range statement turns its body into the function yield. So the sequence is
// in charge, and the loop can only accept or decline. Zip needs two sequences
// that take turns, and only one of them can be in charge: look at how iter.Pull
// turns a sequence into one that waits to be asked, and at what it wants in
// return. A goroutine that sends on a channel waits to be asked too, but it has
// made the item by then; and when the loop is left, nobody tells it.
package generator
