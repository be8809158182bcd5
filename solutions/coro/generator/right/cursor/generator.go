// Package generator is a right answer in which everything is pulled: each sequence
// is a function that gives the next item, and one loop turns any such function into
// a sequence.
package generator

import (
	"iter"
	"math/bits"
)

// loop gives what next returns, until that is nothing or the caller has enough.
func loop[T any](next func() (T, bool), yield func(T) bool) {
	for {
		item, there := next()
		if !there || !yield(item) {
			return
		}
	}
}

// Range returns the numbers from start, in steps, that come before stop.
func Range(start, stop, step int) iter.Seq[int] {
	if step == 0 {
		panic("generator: the step of a Range must not be 0")
	}
	return func(yield func(int) bool) {
		number, begun := start, false
		loop(func() (int, bool) {
			if begun {
				following := number + step
				if (following > number) != (step > 0) {
					return 0, false // beyond what an int holds
				}
				number = following
			}
			begun = true
			return number, step > 0 && number < stop || step < 0 && number > stop
		}, yield)
	}
}

// Fibonacci returns the Fibonacci numbers that fit a uint64.
func Fibonacci() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		number, following := uint64(0), uint64(1)
		fits, last := true, false
		loop(func() (uint64, bool) {
			if last {
				return 0, false
			}
			// When the sum of two doesn't fit, the second of them is the last.
			now, sum, carry := number, uint64(0), uint64(0)
			last = !fits
			sum, carry = bits.Add64(number, following, 0)
			number, following, fits = following, sum, fits && carry == 0
			return now, true
		}, yield)
	}
}

// Zip returns the items of both sequences in pairs.
func Zip[A, B any](first iter.Seq[A], second iter.Seq[B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		nextA, stopA := iter.Pull(first)
		defer stopA()
		nextB, stopB := iter.Pull(second)
		defer stopB()
		for {
			a, there := nextA()
			if !there {
				return
			}
			b, there := nextB()
			if !there || !yield(a, b) {
				return
			}
		}
	}
}

// Chain returns the items of one sequence after the other.
func Chain[T any](seqs ...iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		enough := false
		for _, seq := range seqs {
			func() {
				next, stop := iter.Pull(seq)
				defer stop()
				loop(next, func(item T) bool {
					enough = !yield(item)
					return !enough
				})
			}()
			if enough {
				return
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
		next, done := iter.Pull(seq)
		defer done()
		skip := start
		for position := start; ; position += step {
			for range skip {
				if _, there := next(); !there {
					return
				}
			}
			item, there := next()
			if !there || !yield(item) || stop-position <= step {
				return
			}
			skip = step - 1
		}
	}
}

// With returns the items of something that is opened for each loop.
func With[T any](open func() (items iter.Seq[T], done func())) iter.Seq[T] {
	return func(yield func(T) bool) {
		items, done := open()
		defer done()
		next, stop := iter.Pull(items)
		defer stop()
		loop(next, yield)
	}
}
