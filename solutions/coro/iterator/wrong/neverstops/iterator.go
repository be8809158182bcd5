// Package iterator stops asking when the loop is left, and says so to nobody.
package iterator

import "iter"

// Iterator is asked for its items one at a time.
type Iterator[T any] interface {
	// Next returns the next item and true, or zero and false when there are no
	// more.
	Next() (item T, ok bool)
	// Stop says that nobody wants the rest.
	Stop()
}

// List is something that can be iterated over.
type List[T any] struct {
	items []T
}

// Of returns a list of the items.
func Of[T any](items ...T) *List[T] { return &List[T]{items: items} }

// Iterator returns a new iterator over all items of the list.
func (l *List[T]) Iterator() Iterator[T] { return &cursor[T]{rest: l.items} }

// cursor is a position in a list. The list must not know it: each iterator has its
// own.
type cursor[T any] struct {
	rest []T
}

func (c *cursor[T]) Next() (item T, ok bool) {
	if len(c.rest) == 0 {
		return item, false
	}
	item, c.rest = c.rest[0], c.rest[1:]
	return item, true
}

func (c *cursor[T]) Stop() { c.rest = nil }

// Filter returns the items of source for which keep returns true.
func Filter[T any](source Iterator[T], keep func(T) bool) Iterator[T] {
	return &filter[T]{source: source, keep: keep}
}

type filter[T any] struct {
	source Iterator[T]
	keep   func(T) bool
	over   bool
}

func (f *filter[T]) Next() (T, bool) {
	for !f.over {
		item, ok := f.source.Next()
		if ok && f.keep(item) {
			return item, true
		}
		// Not every source keeps to the protocol: it is not asked again.
		f.over = !ok
	}
	var none T
	return none, false
}

func (f *filter[T]) Stop() {
	f.over = true
	f.source.Stop()
}

// All returns what is left of it as a sequence, for one loop.
func All[T any](it Iterator[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			item, ok := it.Next()
			if !ok || !yield(item) { // want "is stopped however the loop ended" wrong
				return
			}
		}
	}
}

// From returns an iterator over the items of seq.
func From[T any](seq iter.Seq[T]) Iterator[T] {
	next, stop := iter.Pull(seq)
	return &pulled[T]{next: next, stop: stop}
}

// pulled gives the functions of iter.Pull the names of the protocol.
type pulled[T any] struct {
	next func() (T, bool)
	stop func()
}

func (p *pulled[T]) Next() (T, bool) { return p.next() }

func (p *pulled[T]) Stop() { p.stop() }
