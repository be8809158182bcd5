// Package tally keeps its map in a channel of one place: whoever has taken the map
// out is alone with it, and the others wait until it is back.
package tally

import "maps"

// Tally counts by name.
type Tally struct{ counts chan map[string]int }

// New returns a tally that has counted nothing.
func New() *Tally {
	t := &Tally{counts: make(chan map[string]int, 1)}
	t.counts <- map[string]int{}
	return t
}

// Add adds n to the count of a name, and returns the new count.
func (t *Tally) Add(name string, n int) int {
	counts := <-t.counts
	defer func() { t.counts <- counts }()
	counts[name] += n
	return counts[name]
}

// Count returns the count of a name.
func (t *Tally) Count(name string) int {
	counts := <-t.counts
	defer func() { t.counts <- counts }()
	return counts[name]
}

// Update replaces the count of a name by what change makes of it.
func (t *Tally) Update(name string, change func(count int) int) int {
	counts := <-t.counts
	defer func() { t.counts <- counts }()
	count := change(counts[name])
	counts[name] = count
	return count
}

// Snapshot returns a copy of the counts.
func (t *Tally) Snapshot() map[string]int {
	counts := <-t.counts
	defer func() { t.counts <- counts }()
	return maps.Clone(counts)
}

// Drain returns the counts, and puts an empty map in their place.
func (t *Tally) Drain() map[string]int {
	counts := <-t.counts
	t.counts <- map[string]int{}
	return counts
}
