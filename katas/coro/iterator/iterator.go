package iterator

import "iter"

// Iterator is asked for its items one at a time.
type Iterator[T any] interface {
	// Next returns the next item and true. If there are no more, it returns the
	// zero value of T and false, and so does every call after that.
	Next() (item T, ok bool)

	// Stop says that nobody wants the rest: from now on there are no more items.
	// Whatever the iterator has begun has ended when Stop returns. Stopping it
	// again does nothing, and neither does stopping one that is exhausted.
	Stop()
}

// List is something that can be iterated over. It does not change once it is
// made, and any number of goroutines may take iterators from it.
type List[T any] struct {
	// TODO: what does a list need to know?
}

// Of returns a list of the items.
func Of[T any](items ...T) *List[T] {
	panic("TODO: implement Of")
}

// Iterator returns a new iterator over all items of the list, from the first to
// the last.
func (l *List[T]) Iterator() Iterator[T] {
	panic("TODO: implement Iterator")
}

// Filter returns the items of source for which keep returns true. To find one,
// Next asks source as often as it has to and no more, and calls keep once for each
// item of source. Once source has said that it has no more, it is not asked again.
// To stop the filter stops source; a filter that was stopped asks it no more.
func Filter[T any](source Iterator[T], keep func(T) bool) Iterator[T] {
	panic("TODO: implement Filter")
}

// All returns what is left of it as a sequence, for one loop.
// The loop asks for each item when it wants it. If the loop ends before it has
// seen everything, because it is left, because its body or Next panics, or because
// iter.Pull drives it and stop is called, then it is stopped before the loop is
// over. A panic passes through, its value unchanged. A second loop finds no items.
// As long as nobody ranges over the sequence, nothing is done with it.
func All[T any](it Iterator[T]) iter.Seq[T] {
	panic("TODO: implement All")
}

// From returns an iterator over the items of seq.
// Its first Next begins seq. Each Next lets seq run up to its next item, or to its
// end, and no further: while nobody is in Next, seq stands still in its yield.
// Stop makes that yield return false, and returns when seq has ended. If seq has
// not begun by then, it never does.
// If seq panics, the Next or Stop that made it run panics with the same value, and
// after that the iterator is exhausted.
func From[T any](seq iter.Seq[T]) Iterator[T] {
	panic("TODO: implement From")
}
