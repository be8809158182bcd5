package tally

// Tally counts by name. All its methods may be called from any number of
// goroutines at once.
type Tally struct {
	// TODO: what do the counts need beside them?
}

// New returns a tally that has counted nothing. Tallies share nothing.
func New() *Tally {
	panic("TODO: implement New")
}

// Add adds n to the count of a name, and returns the new count. The n may be
// negative, and the count too. A name that was not counted yet begins at 0, and
// from now on it is one of the tally's names, whatever its count is. Every string
// is a name, the empty one as well.
func (t *Tally) Add(name string, n int) int {
	panic("TODO: implement Add")
}

// Count returns the count of a name. That is 0 for a name that was not counted,
// and asking for it doesn't make it one of the tally's names.
func (t *Tally) Count(name string) int {
	panic("TODO: implement Count")
}

// Update replaces the count of a name by what change makes of it, and returns the
// new count. No other call comes between the count that change was given and the
// one that it returned. For a name that was not counted yet, change is given 0,
// and from now on it is one of the tally's names.
//
// An answer may call change more often than once, one call after the other, if it
// needs to: then what the last call returned is what counts. While change runs,
// other callers may have to wait, and change itself must not use the tally.
//
// If change panics, the panic passes through Update, and the tally is as it was
// before the call: ready for others, without the name if it was new.
func (t *Tally) Update(name string, change func(count int) int) int {
	panic("TODO: implement Update")
}

// Snapshot returns the counts of all names as they were at one moment between
// its call and its return. The map is the caller's: it stays as it is when the
// tally goes on counting, and the caller may change it. If there are no names, it
// is empty.
func (t *Tally) Snapshot() map[string]int {
	panic("TODO: implement Snapshot")
}

// Drain returns what Snapshot would, and takes it out of the tally, which has no
// names then and counts from 0 again. That is one step: what is counted while
// Drain is called is either in its map or still in the tally.
func (t *Tally) Drain() map[string]int {
	panic("TODO: implement Drain")
}
