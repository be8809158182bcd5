package score

import (
	"fmt"
	"slices"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// name is the function that a goroutine of the answer's is in, as people call it.
func (g strand) name() string {
	switch {
	case len(g.where) > 0:
		return spoken(g.where[len(g.where)-1].Function)
	case g.own:
		return offspring(g.Born)
	default:
		return "a call into the answer"
	}
}

// subject begins a sentence about a goroutine: "Put (boundedqueue.go:31)".
func (g strand) subject() string { return capital(g.name()) + at(g.where) }

// besides names a goroutine in a sentence that has named another.
func (k knot) besides(g, named strand) string {
	if g.ID != named.ID && g.name() == named.name() {
		return another(g.name())
	}
	return g.name()
}

// holds says since when the holder has what another one wants.
func (k knot) holds(holder, wants strand, lock report.Lock) string {
	how := "holds"
	if lock.Read {
		how = "holds for reading"
	}
	return fmt.Sprintf("%s %s since %s", k.besides(holder, wants), how, position(lock.Where))
}

// passes reports whether the goroutine is inside a function now.
func (g strand) passes(function string) bool {
	return slices.ContainsFunc(g.where, func(p Place) bool {
		return closures.ReplaceAllString(p.Function, "") == closures.ReplaceAllString(bare(function), "")
	})
}

// does is what a goroutine does, and who or what is missing for it to go on;
// "" if nothing is, or nobody knows.
func (g strand) does() (does, lacks string) {
	if g.InSpec {
		return "is inside a function of the spec that it has called", ""
	}
	known := waitOf(g.State)
	return known.on(g.On), known.lacks
}

func called(lock report.Lock) string {
	if lock.Name == "" {
		return "a lock"
	}
	return "the lock " + lock.Name
}

func bareName(lock report.Lock) string {
	if lock.Name == "" {
		return "a lock"
	}
	return lock.Name
}

// taken says where a lock was taken: " in Put (boundedqueue.go:31)".
func taken(lock report.Lock) string {
	if lock.Where.Function == "" {
		return " at " + position(lock.Where)
	}
	return " in " + spoken(lock.Where.Function) + " (" + position(lock.Where) + ")"
}
