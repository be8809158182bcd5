package score

import (
	"fmt"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// goroutines shows each goroutine with what it waits for, where it was started
// and which locks it holds; those that do just the same are shown as one.
func goroutines(stuck *report.Stuck) []string {
	var lines, kinds []string
	alike := map[string]int{}
	all := knotOf(stuck)
	for _, g := range slices.Concat(stuck.Calls, stuck.Others) {
		g, _ := all.find(g.ID)
		portrait := strings.Join(all.portrait(g), "\n")
		if alike[portrait]++; alike[portrait] == 1 {
			kinds = append(kinds, portrait)
		}
	}
	for _, portrait := range kinds {
		first, rest, _ := strings.Cut(portrait, "\n")
		if n := alike[portrait]; n > 1 {
			first = fmt.Sprintf("%d goroutines alike: %s", n, first)
		}
		lines = append(lines, first)
		if rest != "" {
			lines = append(lines, strings.Split(rest, "\n")...)
		}
	}
	return lines
}

// portrait shows one goroutine, and under it what it holds and wants.
func (k knot) portrait(g strand) []string {
	who := capital(g.name())
	if g.own && g.Born.File != "" {
		who = offspring(g.Born)
	}
	lines := []string{who + " " + activity(g)}
	if !g.own && g.Born.File != "" {
		lines = append(lines, "  started at "+position(g.Born))
	}
	if len(g.Holds) > 0 {
		lines = append(lines, "  holds "+since(g.Holds))
	}
	for _, lock := range g.Wants {
		lines = append(lines, "  wants "+bareName(lock)+", "+k.held(lock, g))
	}
	return lines
}

// activity is what a goroutine does, also in the runtime's own words, for those
// who read its dumps, and through which calls it came there.
func activity(g strand) string {
	does, _ := g.does()
	does = fmt.Sprintf("%s [%s]", does, oneLine(g.State))
	if len(g.where) > 0 {
		does += " at " + trail(g.where)
	}
	return does
}

// held says who has the lock that a goroutine wants.
func (k knot) held(lock report.Lock, wants strand) string {
	holder, inside := k.find(lock.Holder)
	switch {
	case lock.Holder == wants.ID:
		return "which it holds itself, taken" + taken(lock)
	case inside:
		return "which " + k.holds(holder, wants, lock)
	case lock.Ended:
		return "taken" + taken(lock) + " by a goroutine that has ended"
	default:
		return "taken" + taken(lock) + " in a call that has returned"
	}
}

// since lists locks: "q.mu since queue.go:31 and q.rw (for reading) since …".
func since(locks []report.Lock) string {
	var each []string
	for _, lock := range locks {
		name := bareName(lock)
		if lock.Read {
			name += " (for reading)"
		}
		each = append(each, name+" since "+position(lock.Where))
	}
	return strings.Join(each, " and ")
}
