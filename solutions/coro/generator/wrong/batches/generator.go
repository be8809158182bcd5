// Package generator makes a Chain take the first two sequences item by item and
// each later one in a batch, which is used up before the loop has its first item.
package generator

import "iter"

// Range returns the numbers from start, in steps, that come before stop.
func Range(start, stop, step int) iter.Seq[int] {
	if step == 0 {
		panic("generator: the step of a Range must not be 0")
	}
	return func(yield func(int) bool) {
		number := start
		for range count(start, stop, step) {
			if !yield(number) {
				return
			}
			// After the last number this may overflow, and nobody looks.
			number += step
		}
	}
}

// count returns how many numbers a range has. A difference of two ints always
// fits a uint.
func count(start, stop, step int) uint {
	way, stride := uint(stop)-uint(start), uint(step)
	if step < 0 {
		start, stop = stop, start
		way, stride = -way, -stride
	}
	if start >= stop {
		return 0
	}
	return (way-1)/stride + 1
}

// Fibonacci returns the Fibonacci numbers that fit a uint64.
func Fibonacci() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		number, next, fits := uint64(0), uint64(1), true
		for yield(number) && fits {
			sum := number + next
			number, next, fits = next, sum, sum >= next
		}
	}
}

// Zip returns the items of both sequences in pairs.
func Zip[A, B any](first iter.Seq[A], second iter.Seq[B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		next, stop := iter.Pull(second)
		defer stop()
		for a := range first {
			b, ok := next()
			if !ok || !yield(a, b) {
				return
			}
		}
	}
}

// Chain returns the items of one sequence after the other.
func Chain[T any](seqs ...iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for i, seq := range seqs {
			if i > 1 {
				var items []T
				for item := range seq {
					items = append(items, item) // want "computes nothing before it is asked" wrong
				}
				for _, item := range items {
					if !yield(item) {
						return
					}
				}
				continue
			}
			for item := range seq {
				if !yield(item) {
					return
				}
			}
		}
	}
}

// Slice returns the items of seq from start, in steps, before stop.
func Slice[T any](seq iter.Seq[T], start, stop, step int) iter.Seq[T] {
	if start < 0 || stop < 0 || step < 1 {
		panic("generator: a Slice goes forward from a position that exists")
	}
	return func(yield func(T) bool) {
		if start >= stop {
			return
		}
		position, wanted := 0, start
		for item := range seq {
			if position == wanted {
				if !yield(item) || stop-wanted <= step {
					return
				}
				wanted += step
			}
			position++
		}
	}
}

// With returns the items of something that is opened for each loop.
func With[T any](open func() (items iter.Seq[T], done func())) iter.Seq[T] {
	return func(yield func(T) bool) {
		items, done := open()
		defer done()
		items(yield)
	}
}
