// Package tally has a method with a value receiver. It locks a copy of the mutex,
// which nobody else has, around a map that everybody has.
package tally

import (
	"maps"
	"sync"
)

// Tally counts by name.
type Tally struct {
	mu     sync.Mutex
	counts map[string]int
}

// New returns a tally that has counted nothing.
func New() *Tally {
	return &Tally{counts: map[string]int{}}
}

// Add adds n to the count of a name, and returns the new count.
func (t *Tally) Add(name string, n int) int {
	return t.Update(name, func(count int) int { return count + n })
}

// Count returns the count of a name.
func (t *Tally) Count(name string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts[name]
}

// Update replaces the count of a name by what change makes of it. The lock is
// held from reading the count to writing it, and given back if change panics.
func (t Tally) Update(name string, change func(count int) int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	count := change(t.counts[name])
	t.counts[name] = count // want "lets nobody touch what another may be using" race
	return count
}

// Snapshot returns a copy of the counts.
func (t *Tally) Snapshot() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts)
}

// Drain returns the counts and starts again. The map that it hands out needs no
// copy: the tally has let go of it.
func (t *Tally) Drain() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	counts := t.counts
	t.counts = map[string]int{}
	return counts
}
