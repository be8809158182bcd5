// Package tally makes its map when there is something to count. A copy of no map is no
// map, and whoever writes to it panics.
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
	return &Tally{}
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
func (t *Tally) Update(name string, change func(count int) int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	count := change(t.counts[name])
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	t.counts[name] = count
	return count
}

// Snapshot returns a copy of the counts.
func (t *Tally) Snapshot() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts) // want "hands out snapshots that are the caller's alone" panic
}

// Drain returns the counts and starts again. The map that it hands out needs no
// copy: the tally has let go of it.
func (t *Tally) Drain() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	counts := t.counts
	t.counts = nil
	return counts
}
