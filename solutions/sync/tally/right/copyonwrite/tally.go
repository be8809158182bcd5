// Package tally never changes a map that others can see: a call makes a new one and
// puts it in the place of the old, if that is still there (compare and swap).
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
		counts := maps.Clone(*old)
		counts[name] = count
		if t.counts.CompareAndSwap(old, &counts) {
			return count
		}
	}
}

// Snapshot returns a copy of the counts.
func (t *Tally) Snapshot() map[string]int { return maps.Clone(*t.counts.Load()) }

// Drain returns the counts and starts again. It copies them, because others may
// still be reading.
func (t *Tally) Drain() map[string]int { return maps.Clone(*t.counts.Swap(&map[string]int{})) }
