// Package tally has a lock for each name and one for the list of names. A snapshot
// takes one lock after the other, so it holds counts of different moments.
package tally

import "sync"

// Tally counts by name.
type Tally struct {
	mu     sync.RWMutex // of the list of names
	counts map[string]*counter
}

type counter struct {
	sync.Mutex
	count  int
	exists bool
}

// New returns a tally that has counted nothing.
func New() *Tally {
	return &Tally{counts: map[string]*counter{}}
}

// named returns the counter of a name.
func (t *Tally) named(name string) *counter {
	t.mu.RLock()
	c := t.counts[name]
	t.mu.RUnlock()
	if c != nil {
		return c
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts[name] == nil {
		t.counts[name] = &counter{}
	}
	return t.counts[name]
}

// Add adds n to the count of a name, and returns the new count.
func (t *Tally) Add(name string, n int) int {
	return t.Update(name, func(count int) int { return count + n })
}

// Count returns the count of a name.
func (t *Tally) Count(name string) int {
	c := t.named(name)
	c.Lock()
	defer c.Unlock()
	return c.count
}

// Update replaces the count of a name by what change makes of it.
func (t *Tally) Update(name string, change func(count int) int) int {
	c := t.named(name)
	c.Lock()
	defer c.Unlock()
	c.count, c.exists = change(c.count), true
	return c.count
}

// all calls look for each counter, under its lock.
func (t *Tally) all(look func(name string, c *counter)) {
	t.mu.Lock()
	names := make(map[string]*counter, len(t.counts))
	for name, c := range t.counts {
		names[name] = c
	}
	t.mu.Unlock()
	for name, c := range names {
		c.Lock()
		if c.exists {
			look(name, c)
		}
		c.Unlock() // want "takes its snapshots at one moment" wrong
	}
}

// Snapshot returns a copy of the counts.
func (t *Tally) Snapshot() map[string]int {
	counts := map[string]int{}
	t.all(func(name string, c *counter) { counts[name] = c.count })
	return counts
}

// Drain returns the counts and starts again.
func (t *Tally) Drain() map[string]int {
	counts := map[string]int{}
	t.all(func(name string, c *counter) {
		counts[name] = c.count
		c.count, c.exists = 0, false
	})
	return counts
}
