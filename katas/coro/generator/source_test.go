package generator_test

import (
	"errors"
	"iter"
	"math"
	"runtime"
	"slices"
	"sync/atomic"

	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/katas/coro/generator"
)

// limit is more than the specs expect of any sequence, so that one that doesn't
// end is told from one that does.
const limit = 100

// first ranges over seq and breaks after count items.
func first[T any](count int, seq iter.Seq[T]) []T {
	var items []T
	for item := range seq {
		items = append(items, item)
		if len(items) == count {
			break
		}
	}
	return items
}

// allocated returns how many bytes f allocates. What the rest of the process
// allocates meanwhile counts too, so it takes the least of several runs.
func allocated(f func()) uint64 {
	least := uint64(math.MaxUint64)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

// errMishap is what a body or a source panics with.
var errMishap = errors.New("this is the panic's own value")

// ways are those in which a loop over a sequence of at least count items can end.
var ways = []struct {
	name string
	loop func(count int, seq iter.Seq[int])
}{
	{"everything was seen", func(_ int, seq iter.Seq[int]) { first(limit, seq) }},
	{"left by break", func(count int, seq iter.Seq[int]) { first(count, seq) }},
	{"its body panicked", func(count int, seq iter.Seq[int]) {
		Expect(func() {
			for range seq {
				if count--; count == 0 {
					panic(errMishap)
				}
			}
		}).To(PanicWith(BeIdenticalTo(errMishap)))
	}},
	{"stop was called", func(count int, seq iter.Seq[int]) {
		next, stop := iter.Pull(seq)
		defer stop()
		for range count {
			next()
		}
	}},
}

// source is the sequence 0, 1, 2 and so on up to its length, and keeps count of
// what is done with it. It counts with atomics, because an answer may well run
// it in a goroutine, and may be ahead of the spec that looks.
type source struct {
	length              int
	begun, taken, ended atomic.Int64
}

func (s *source) items(yield func(int) bool) {
	s.begun.Add(1)
	defer s.ended.Add(1)
	for item := range s.length {
		s.taken.Add(1)
		if !yield(item) {
			return
		}
	}
}

// use is what was done with a source.
type use struct{ begun, taken int64 }

func (s *source) use() use { return use{s.begun.Load(), s.taken.Load()} }

// over makes a sequence from two sources, of which it need not use both.
type over func(one, other *source) iter.Seq[int]

func zip(one, other *source) iter.Seq[int] { return sums(generator.Zip(one.items, other.items)) }

// chain has a third sequence in the middle, which is empty.
func chain(one, other *source) iter.Seq[int] {
	return generator.Chain(one.items, slices.Values([]int(nil)), other.items)
}

func slice(start, stop, step int) over {
	return func(one, _ *source) iter.Seq[int] { return generator.Slice(one.items, start, stop, step) }
}

// with opens the first source. What it opens and closes counts as the second.
func with(one, other *source) iter.Seq[int] {
	return generator.With(func() (iter.Seq[int], func()) {
		other.begun.Add(1)
		return one.items, func() { other.ended.Add(1) }
	})
}

// composed are the functions that have sources.
var composed = []struct {
	name string
	over over
	// length is that of the first source. The second has six items.
	length int
	// each is what has been taken from both when the loop has its first,
	// second and third item.
	each [][2]int64
}{
	{"Zip", zip, 6, [][2]int64{{1, 1}, {2, 2}, {3, 3}}},
	{"Chain", chain, 2, [][2]int64{{1, 0}, {2, 0}, {2, 1}}},
	{"Slice", slice(1, 6, 2), 6, [][2]int64{{2, 0}, {4, 0}, {6, 0}}},
	{"With", with, 6, [][2]int64{{1, 0}, {2, 0}, {3, 0}}},
}

// sums makes one item of each pair. It breaks when its loop does.
func sums(pairs iter.Seq2[int, int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		for a, b := range pairs {
			if !yield(a + b) {
				return
			}
		}
	}
}

// sequence is one to range over, with the first of its items.
type sequence struct {
	name  string
	items iter.Seq[int]
	want  []int
}

// several is how many items of an endless sequence are looked at.
const several = 8

// everyKind makes a sequence of every kind. Their sources remember nothing, so
// that they may be shared, and synchronise nothing, so that the race detector
// sees whatever else is shared.
func everyKind() []sequence {
	units, tens := slices.Values([]int{1, 2, 3}), slices.Values([]int{10, 20, 30})
	return []sequence{
		{"Range", generator.Range(0, 10, 2), []int{0, 2, 4, 6, 8}},
		{"Range downwards", generator.Range(3, 0, -1), []int{3, 2, 1}},
		{"Fibonacci", narrow(generator.Fibonacci()), []int{0, 1, 1, 2, 3, 5, 8, 13}},
		{"Zip", sums(generator.Zip(units, tens)), []int{11, 22, 33}},
		{"Chain", generator.Chain(units, tens), []int{1, 2, 3, 10, 20, 30}},
		{"Slice", generator.Slice(generator.Chain(tens, units), 1, 6, 2), []int{20, 1, 3}},
		{"With", generator.With(func() (iter.Seq[int], func()) { return units, func() {} }), []int{1, 2, 3}},
	}
}

// narrow makes ints of the first Fibonacci numbers. It breaks when its loop
// does.
func narrow(numbers iter.Seq[uint64]) iter.Seq[int] {
	return func(yield func(int) bool) {
		for number := range numbers {
			if !yield(int(number)) {
				return
			}
		}
	}
}
