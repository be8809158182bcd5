// Package tally forgets that goroutines share it: its map has no lock at all.
package tally

import "maps"

// Tally counts by name.
type Tally struct {
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
	return t.counts[name]
}

// Update replaces the count of a name by what change makes of it.
func (t *Tally) Update(name string, change func(count int) int) int {
	count := change(t.counts[name])
	t.counts[name] = count // want "lets nobody touch what another may be using" race
	return count
}

// Snapshot returns a copy of the counts.
func (t *Tally) Snapshot() map[string]int {
	return maps.Clone(t.counts)
}

// Drain returns the counts and starts again. The map that it hands out needs no
// copy: the tally has let go of it.
func (t *Tally) Drain() map[string]int {
	counts := t.counts
	t.counts = map[string]int{}
	return counts
}
