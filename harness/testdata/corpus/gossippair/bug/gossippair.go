// Package gossippair is a pair of nodes that hold the same entries by telling each other what was written to them. Bug (deadlock): a node that tells the other of a write doesn't listen meanwhile; when both are written to at once, each waits for the other to listen.
package gossippair

import (
	"maps"
	"sync"
)

// Entry is a value with a version; of two, the higher version wins.
type Entry struct {
	Key     string
	Value   string
	Version int
}

type write struct {
	key, value string
	told       chan struct{}
}

// Node is one of a pair.
type Node struct {
	writes chan write
	in     <-chan Entry
	out    chan<- Entry
	quit   chan struct{} // of the pair
	done   chan struct{}

	mu      sync.Mutex
	entries map[string]Entry
}

// Pair returns two nodes that are linked, and what ends both.
func Pair() (a, b *Node, stop func()) {
	ab, ba, quit := make(chan Entry), make(chan Entry), make(chan struct{})
	a, b = node(ba, ab, quit), node(ab, ba, quit)
	go a.run()
	go b.run()
	return a, b, sync.OnceFunc(func() {
		close(quit)
		<-a.done
		<-b.done
	})
}

func node(in <-chan Entry, out chan<- Entry, quit chan struct{}) *Node {
	return &Node{
		writes:  make(chan write),
		in:      in,
		out:     out,
		quit:    quit,
		done:    make(chan struct{}),
		entries: map[string]Entry{},
	}
}

// Set writes a value and reports whether the other node was told.
func (n *Node) Set(key, value string) bool {
	w := write{key: key, value: value, told: make(chan struct{})}
	select {
	case n.writes <- w:
	case <-n.quit:
		return false
	}
	select {
	case <-w.told:
		return true
	case <-n.done:
		return false
	}
}

// Entries returns a copy of what the node holds.
func (n *Node) Entries() map[string]Entry {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.entries)
}

func (n *Node) run() {
	defer close(n.done)
	for {
		select {
		case w := <-n.writes:
			if n.tell(n.next(w)) {
				close(w.told)
			}
		case e := <-n.in:
			n.merge(e)
		case <-n.quit:
			return
		}
	}
}

// tell reports whether the other node heard of an entry.
func (n *Node) tell(e Entry) bool {
	select {
	case n.out <- e:
		return true
	case <-n.quit:
		return false
	}
}

// next stores a write as the next version of its key.
func (n *Node) next(w write) Entry {
	n.mu.Lock()
	defer n.mu.Unlock()
	e := Entry{Key: w.key, Value: w.value, Version: n.entries[w.key].Version + 1}
	n.entries[w.key] = e
	return e
}

// merge stores an entry of the other node unless there is a better one.
func (n *Node) merge(e Entry) {
	n.mu.Lock()
	defer n.mu.Unlock()
	have := n.entries[e.Key]
	if e.Version > have.Version || e.Version == have.Version && e.Value > have.Value {
		n.entries[e.Key] = e
	}
}
