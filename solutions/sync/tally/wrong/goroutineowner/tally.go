// Package tally gives the map to a goroutine of its own, which does what it is
// sent. No lock is needed, and nothing ever ends that goroutine.
package tally

import "maps"

// Tally counts by name.
type Tally struct {
	do chan func(counts map[string]int)
}

// New returns a tally that has counted nothing.
func New() *Tally {
	t := &Tally{do: make(chan func(map[string]int))}
	go func() {
		counts := map[string]int{}
		for do := range t.do { // want "starts nothing that outlives a call" leak:goroutine
			do(counts)
		}
	}()
	return t
}

// with lets the goroutine do something with the counts, and waits until it is done.
// A panic is the caller's.
func (t *Tally) with(do func(counts map[string]int)) {
	done := make(chan any)
	t.do <- func(counts map[string]int) {
		defer func() { done <- recover() }()
		do(counts)
	}
	if problem := <-done; problem != nil {
		panic(problem)
	}
}

// Add adds n to the count of a name, and returns the new count.
func (t *Tally) Add(name string, n int) int {
	return t.Update(name, func(count int) int { return count + n })
}

// Count returns the count of a name.
func (t *Tally) Count(name string) (count int) {
	t.with(func(counts map[string]int) { count = counts[name] })
	return count
}

// Update replaces the count of a name by what change makes of it.
func (t *Tally) Update(name string, change func(count int) int) (count int) {
	t.with(func(counts map[string]int) {
		count = change(counts[name])
		counts[name] = count
	})
	return count
}

// Snapshot returns a copy of the counts.
func (t *Tally) Snapshot() (copied map[string]int) {
	t.with(func(counts map[string]int) { copied = maps.Clone(counts) })
	return copied
}

// Drain returns the counts and starts again.
func (t *Tally) Drain() (drained map[string]int) {
	t.with(func(counts map[string]int) {
		drained = maps.Clone(counts)
		clear(counts)
	})
	return drained
}
