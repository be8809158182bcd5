// Package iterator stops a sequence that has not begun by beginning it and letting
// it run to its first item.
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

// pair makes an iterator of two functions.
type pair[T any] struct {
	next func() (T, bool)
	stop func()
}

func (p pair[T]) Next() (T, bool) { return p.next() }
func (p pair[T]) Stop()           { p.stop() }

// List is something that can be iterated over.
type List[T any] struct {
	head *node[T]
}

type node[T any] struct {
	item T
	next *node[T]
}

// Of returns a list of the items.
func Of[T any](items ...T) *List[T] {
	list := &List[T]{}
	for end := &list.head; len(items) > 0; items = items[1:] {
		*end = &node[T]{item: items[0]}
		end = &(*end).next
	}
	return list
}

// Iterator returns a new iterator over all items of the list, from the first to
// the last.
func (l *List[T]) Iterator() Iterator[T] {
	at := l.head
	return pair[T]{
		next: func() (item T, ok bool) {
			if at == nil {
				return item, false
			}
			item, at = at.item, at.next
			return item, true
		},
		stop: func() { at = nil },
	}
}

// Filter returns the items of source for which keep returns true.
func Filter[T any](source Iterator[T], keep func(T) bool) Iterator[T] {
	return From(func(yield func(T) bool) {
		for item := range All(source) {
			if keep(item) && !yield(item) {
				return
			}
		}
	}).(*process[T]).stoppedWith(source)
}

// All returns what is left of it as a sequence, for one loop.
func All[T any](it Iterator[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		defer it.Stop()
		for item, ok := it.Next(); ok && yield(item); item, ok = it.Next() {
		}
	}
}

// From returns an iterator over the items of seq.
func From[T any](seq iter.Seq[T]) Iterator[T] {
	return &process[T]{seq: seq, more: make(chan bool), said: make(chan word[T])}
}

// process is a sequence in a goroutine.
type process[T any] struct {
	seq iter.Seq[T]
	// source is stopped if the process has not begun, nil if there is none.
	source Iterator[T]

	begun, over bool
	// more goes to the goroutine: shall there be one more item?
	more chan bool
	said chan word[T]
}

// word is an item, or that there are no more.
type word[T any] struct {
	item  T
	over  bool
	panic any
}

func (p *process[T]) stoppedWith(source Iterator[T]) *process[T] {
	p.source = source
	return p
}

func (p *process[T]) run() {
	end := word[T]{over: true}
	defer func() {
		end.panic = recover()
		p.said <- end
	}()
	p.seq(func(item T) bool {
		p.said <- word[T]{item: item}
		return <-p.more
	})
}

// listen waits for what the goroutine says next.
func (p *process[T]) listen() (item T, ok bool) {
	said := <-p.said
	p.over = said.over
	if said.panic != nil {
		panic(said.panic)
	}
	return said.item, !said.over
}

func (p *process[T]) Next() (item T, ok bool) {
	switch {
	case p.over:
		return item, false
	case p.begun:
		p.more <- true
	default:
		p.begun = true
		go p.run()
	}
	return p.listen()
}

func (p *process[T]) Stop() {
	switch {
	case p.over:
	default:
		if !p.begun {
			p.Next() // want "never begins a sequence that is stopped first" wrong
		}
		if !p.over {
			p.more <- false
			p.listen()
		}
	}
}
