// Package tally gives the lock back while change runs, so that nobody has to wait
// for it, and then writes what follows from an old count.
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

// Update replaces the count of a name by what change makes of it. Only the map
// needs the lock, and change doesn't use it.
func (t *Tally) Update(name string, change func(count int) int) int {
	count := change(t.Count(name))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[name] = count // want "updates a count in one step" wrong
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
