// Package tally makes a name known in one step, and counts it in another. A snapshot in
// between has the name, and not the count.
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
	t.mu.Lock()
	if _, known := t.counts[name]; !known {
		t.counts[name] = 0
	}
	t.mu.Unlock() // want "lets nobody in between a new name and its count" wrong
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
func (t *Tally) Update(name string, change func(count int) int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	count := change(t.counts[name])
	t.counts[name] = count
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
