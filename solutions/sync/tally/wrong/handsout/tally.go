// Package tally hands the map out that it has taken out, which others may be reading:
// those who count come to that too late, but they come.
package tally

import (
	"maps"
	"sync/atomic"
)

// Tally counts by name.
type Tally struct {
	// counts points to a map that nobody writes any more.
	counts atomic.Pointer[map[string]int]
}

// New returns a tally that has counted nothing.
func New() *Tally {
	t := &Tally{}
	t.counts.Store(&map[string]int{})
	return t
}

// Add adds n to the count of a name, and returns the new count.
func (t *Tally) Add(name string, n int) int {
	return t.Update(name, func(count int) int { return count + n })
}

// Count returns the count of a name.
func (t *Tally) Count(name string) int { return (*t.counts.Load())[name] }

// Update starts over, with the new count, if another call came in between. That is
// no waiting: one of those that meet always succeeds.
func (t *Tally) Update(name string, change func(count int) int) int {
	for {
		old := t.counts.Load()
		count := change((*old)[name])
		counts := map[string]int{}
		maps.Copy(counts, *old) // want "hands out to one caller what no other still reads" race
		counts[name] = count
		if t.counts.CompareAndSwap(old, &counts) {
			return count
		}
	}
}

// Snapshot returns a copy of the counts.
func (t *Tally) Snapshot() map[string]int { return maps.Clone(*t.counts.Load()) }

// Drain returns the counts and starts again.
func (t *Tally) Drain() map[string]int {
	return *t.counts.Swap(&map[string]int{})
}
