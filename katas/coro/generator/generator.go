package generator

import "iter"

// Range returns the numbers start, start+step, start+2*step and so on that come
// before stop: that are less than stop if step is positive, greater than stop if
// step is negative. There may be none. Where the next number would not fit an
// int, the numbers end as well. Numbers that nobody asked for are not kept
// anywhere: a range of millions needs as little memory as one of three.
// Range panics if step is 0.
func Range(start, stop, step int) iter.Seq[int] {
	panic("TODO: implement Range")
}

// Fibonacci returns 0, 1, 1, 2, 3, 5 and so on, each number the sum of the two
// before it. It ends with the last one that fits a uint64.
func Fibonacci() iter.Seq[uint64] {
	panic("TODO: implement Fibonacci")
}

// Zip returns the first items of both sequences, then the second items of both
// and so on, until one of the sequences has no more.
// For each pair it asks first; it asks second only if first had an item. A
// sequence that is not asked is not begun.
func Zip[A, B any](first iter.Seq[A], second iter.Seq[B]) iter.Seq2[A, B] {
	panic("TODO: implement Zip")
}

// Chain returns all items of the first sequence, then all items of the next and
// so on. A sequence is begun only when those before it have ended and the loop
// asks for one more item.
func Chain[T any](seqs ...iter.Seq[T]) iter.Seq[T] {
	panic("TODO: implement Chain")
}

// Slice returns the items of seq at the positions start, start+step,
// start+2*step and so on that are less than stop, as far as seq has them. The
// first item of seq has position 0.
// After the last of these positions nothing more is taken from seq:
// Slice(seq, 2, 10, 5) takes eight items and returns those at 2 and 7. If there
// is no such position, seq is not begun. A stop or step of math.MaxInt is as good
// as any other.
// Slice panics if start or stop is negative, or step is less than 1.
func Slice[T any](seq iter.Seq[T], start, stop, step int) iter.Seq[T] {
	panic("TODO: implement Slice")
}

// With returns the items of something that has to be opened and closed, such as
// the lines of a file. Each loop calls open once, yields what the sequence items
// yields, and calls the done that came with it: exactly once, after items has
// ended and before the loop is over. It does so too if items panics, be it before
// its first item; that panic passes through, its value unchanged.
func With[T any](open func() (items iter.Seq[T], done func())) iter.Seq[T] {
	panic("TODO: implement With")
}
