// Package tally has a lock of its own making, whose takers try and try again until
// they have it: waiting costs as much CPU as working.
package tally

import (
	"maps"
	"runtime"
	"sync/atomic"
)

// Tally counts by name.
type Tally struct {
	taken  atomic.Bool
	counts map[string]int
}

// New returns a tally that has counted nothing.
func New() *Tally {
	return &Tally{counts: map[string]int{}}
}

func (t *Tally) lock() {
	for !t.taken.CompareAndSwap(false, true) { // want "makes callers wait without burning CPU" busy
		runtime.Gosched()
	}
}

func (t *Tally) unlock() { t.taken.Store(false) }

// Add adds n to the count of a name, and returns the new count.
func (t *Tally) Add(name string, n int) int {
	return t.Update(name, func(count int) int { return count + n })
}

// Count returns the count of a name.
func (t *Tally) Count(name string) int {
	t.lock()
	defer t.unlock()
	return t.counts[name]
}

// Update replaces the count of a name by what change makes of it. The lock is
// held from reading the count to writing it, and given back if change panics.
func (t *Tally) Update(name string, change func(count int) int) int {
	t.lock()
	defer t.unlock()
	count := change(t.counts[name])
	t.counts[name] = count
	return count
}

// Snapshot returns a copy of the counts.
func (t *Tally) Snapshot() map[string]int {
	t.lock()
	defer t.unlock()
	return maps.Clone(t.counts)
}

// Drain returns the counts and starts again. The map that it hands out needs no
// copy: the tally has let go of it.
func (t *Tally) Drain() map[string]int {
	t.lock()
	defer t.unlock()
	counts := t.counts
	t.counts = map[string]int{}
	return counts
}
