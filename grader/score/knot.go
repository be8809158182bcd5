package score

import (
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// knot is the goroutines of a spec that got nowhere: those in calls of the
// spec's before those that the answer started. Who waits for whom can be told
// by the locks: whoever wants one waits for those that hold it.
type knot []strand

// strand is one goroutine of a knot.
type strand struct {
	report.Goroutine
	where []Place
	// own: the answer started it.
	own bool
}

func knotOf(stuck *report.Stuck) knot {
	var all knot
	for _, g := range stuck.Calls {
		all = append(all, strand{g, places(g.Where), g.Own})
	}
	for _, g := range stuck.Others {
		all = append(all, strand{g, places(g.Where), true})
	}
	// What waits in code of the spec's waits for the answer, not the other way
	// round: it explains least.
	slices.SortStableFunc(all, func(a, b strand) int { return a.rank() - b.rank() })
	return all
}

func (g strand) rank() int {
	switch {
	case g.InSpec:
		return 2
	case g.own:
		return 1
	default:
		return 0
	}
}

func (k knot) find(id uint64) (strand, bool) {
	i := slices.IndexFunc(k, func(g strand) bool { return g.ID == id })
	if i < 0 {
		return strand{}, false
	}
	return k[i], true
}

// runs reports whether it lacks nothing but a processor.
func (g strand) runs() bool {
	return !g.InSpec && waitOf(g.State) == waits["running"]
}

func (k knot) only(holds func(strand) bool) knot {
	return slices.DeleteFunc(slices.Clone(k), func(g strand) bool { return !holds(g) })
}

// toRead reports whether it waits for a read lock.
func (g strand) toRead() bool { return strings.Contains(g.State, "RLock") }

// itself returns the lock that the goroutine wants although it holds it.
func (g strand) itself() (report.Lock, bool) {
	return first(g.Wants, func(l report.Lock) bool { return l.Holder == g.ID })
}

// keptOut returns the locks that keep it waiting and are held by others. One
// reader doesn't keep another out; a writer that waits between them does.
func (g strand) keptOut() []report.Lock {
	var found []report.Lock
	for _, lock := range g.Wants {
		if lock.Holder != g.ID && !(lock.Read && g.toRead()) {
			found = append(found, lock)
		}
	}
	return found
}

// writerBehind returns who waits to write until the holder of this read lock has
// given it back.
func (k knot) writerBehind(held report.Lock) (strand, bool) {
	return first(k, func(g strand) bool {
		return !g.toRead() && g.ID != held.Holder && slices.Contains(g.Wants, held)
	})
}

// link is a step in a chain of waiting: who waits, and for which lock.
type link struct {
	waits strand
	lock  report.Lock
}

// circle follows the locks from a goroutine until it comes back to it, by the
// shortest way; nil if it never does.
func (k knot) circle(from strand) []link {
	ways := [][]link{}
	for _, lock := range from.keptOut() {
		ways = append(ways, []link{{from, lock}})
	}
	met := map[uint64]bool{from.ID: true}
	for len(ways) > 0 {
		way := ways[0]
		ways = ways[1:]
		holder, there := k.find(way[len(way)-1].lock.Holder)
		if !there {
			continue
		}
		if holder.ID == from.ID {
			return way
		}
		if met[holder.ID] {
			continue
		}
		met[holder.ID] = true
		for _, lock := range holder.Wants {
			ways = append(ways, append(slices.Clone(way), link{holder, lock}))
		}
	}
	return nil
}

func first[T any](all []T, holds func(T) bool) (T, bool) {
	if i := slices.IndexFunc(all, holds); i >= 0 {
		return all[i], true
	}
	var none T
	return none, false
}
