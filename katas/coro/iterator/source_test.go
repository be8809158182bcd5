package iterator_test

import (
	"errors"
	"iter"
	"slices"
	"sync/atomic"

	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/katas/coro/iterator"
)

// most is more items than any iterator of the specs has, so that one that doesn't
// end is told from one that does.
const most = 20

// some asks an iterator for so many items.
func some[T any](count int, it iterator.Iterator[T]) []T {
	var items []T
	for range count {
		item, ok := it.Next()
		if !ok {
			break
		}
		items = append(items, item)
	}
	return items
}

// rest asks an iterator until it is exhausted.
func rest[T any](it iterator.Iterator[T]) []T { return some(most, it) }

// first ranges over seq and breaks after count items.
func first[T any](count int, seq iter.Seq[T]) []T {
	var items []T
	for item := range seq {
		if items = append(items, item); len(items) == count {
			break
		}
	}
	return items
}

func even(item int) bool { return item%2 == 0 }

func valuesOf[T any](items ...T) iter.Seq[T] { return slices.Values(items) }

// errMishap is what a body or a source panics with.
var errMishap = errors.New("this is the panic's own value")

// everyKind are iterators of every kind. Zero is among their items.
func everyKind() []struct {
	name string
	make func() iterator.Iterator[int]
	want []int
} {
	list := iterator.Of(3, 0, 1, 2)
	return []struct {
		name string
		make func() iterator.Iterator[int]
		want []int
	}{
		{"a list's", list.Iterator, []int{3, 0, 1, 2}},
		{"a filter's", func() iterator.Iterator[int] { return iterator.Filter(list.Iterator(), even) }, []int{0, 2}},
		{"a sequence's", func() iterator.Iterator[int] { return iterator.From(valuesOf(3, 0, 1, 2)) }, []int{3, 0, 1, 2}},
	}
}

// ways are those in which a loop can end that has not seen everything.
var ways = []struct {
	name string
	loop func(count int, seq iter.Seq[int])
}{
	{"left by break", func(count int, seq iter.Seq[int]) { first(count, seq) }},
	{"left by return", func(count int, seq iter.Seq[int]) {
		for range seq {
			if count--; count == 0 {
				return
			}
		}
	}},
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
// what is done with it. It counts with atomics, because a wrong answer may run it
// while the spec looks.
type source struct {
	length                        int
	begun, taken, declined, ended atomic.Int64
}

func (s *source) items(yield func(int) bool) {
	s.begun.Add(1)
	defer s.ended.Add(1)
	for item := range s.length {
		s.taken.Add(1)
		if !yield(item) {
			s.declined.Add(1)
			return
		}
	}
}

// use is what was done with a source: how often it was begun, how many items it
// has yielded, how often yield returned false, and how often it has ended.
type use struct{ begun, taken, declined, ended int }

func (s *source) use() use {
	return use{int(s.begun.Load()), int(s.taken.Load()), int(s.declined.Load()), int(s.ended.Load())}
}

// handmade is an iterator of the specs' own, which keeps count of what is done
// with it.
type handmade struct {
	items          []int
	asked, stopped atomic.Int64
	// revives: after it has said that there are no more, it begins again.
	revives bool
	// panics: it does, where there are no more.
	panics bool
	// heedless: it has items also after Stop, which no iterator should.
	heedless bool
}

func (h *handmade) Next() (int, bool) {
	if h.stopped.Load() > 0 && !h.heedless {
		return 0, false
	}
	turn := int(h.asked.Add(1)) - 1
	if h.revives {
		turn %= len(h.items) + 1
	}
	switch {
	case turn < len(h.items):
		return h.items[turn], true
	case h.panics:
		panic(errMishap)
	}
	return 0, false
}

func (h *handmade) Stop() { h.stopped.Add(1) }
