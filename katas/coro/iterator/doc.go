// Package iterator is a kata about the protocol behind every loop: an object that
// is asked for one item after the other, and the two adapters between it and the
// sequences that Go ranges over.
//
// In Python: a class with __iter__ and __next__, and StopIteration at the end.
// There, a for loop asks. In Go a range loop over a function is the other way
// round: the sequence, iter.Seq, calls the body of the loop. So somebody has to
// turn the one into the other, and to say when nobody asks any more: in Go that
// is a call, Stop, where Python leaves it to the garbage collector.
//
// # Rules
//
//   - Nothing is done ahead. An item is taken from a source when somebody asks for
//     it, and whoever was never asked has not begun.
//   - Exhausted is exhausted: after its first false, an iterator has no items any
//     more, whatever its source would say.
//   - Only the second result of Next tells of the end. Every item is an item like
//     any other, also nil and zero.
//   - Two iterators know nothing of each other, also over the same items, and two
//     goroutines may use one each at the same time. One iterator is used by one
//     goroutine at a time.
//   - Whoever has an iterator asks until it is exhausted, or calls Stop. After
//     either, nothing is left behind: no goroutine, and no source that has begun
//     and not ended. What is left of an iterator with which neither was done is
//     not looked at.
//
// # Worth knowing
//
// What can be iterated over and what iterates are two things. A list has items;
// an iterator has a position. If the list is its own iterator, two loops over it
// steal items from each other.
//
// A sequence that has begun is in the middle of a function, with deferred calls
// that still have to run. It has ended when that function has returned, and not
// when somebody has decided not to ask any more.
package iterator
