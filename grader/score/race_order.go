package score

import (
	"fmt"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// unorderedBy are the reasons for which nothing orders two accesses, each with a
// test that it is the one.
var unorderedBy = []struct {
	is   func(report.Race) bool
	says func(report.Race) string
}{
	{addsLate, always("Add has to come before Wait begins: call it before the go statement, not inside the goroutine.")},
	{pulls, always("The two functions that iter.Pull returns must not be called by several goroutines at once.")},
	{halfAtomic, always("An atomic orders only what other atomics do with the same variable: the plain access beside it is not one.")},
	{writesAsReader, always("Who holds a read-write mutex only for reading does not keep other readers out, so it must not write.")},
	{halfLocked, sayHalfLocked},
	{otherLocks, sayOtherLocks},
	{captured, sayCaptured},
	{through("runtime.map", "internal/runtime/maps."), always("A map must not even be read while another goroutine writes to it, whichever its keys are.")},
	{through("runtime.growslice"), always("append writes the slice's length and may move its items, so whoever reads the slice needs the lock that append is called under.")},
	{unlocked, always("Neither side takes a lock on its way there.")},
}

// unordered says in a sentence why nothing orders the accesses of a race, "" if
// that cannot be told from the lines.
func unordered(race report.Race) string {
	for _, reason := range unorderedBy {
		if reason.is(race) {
			return reason.says(race)
		}
	}
	return ""
}

func always(says string) func(report.Race) string { return func(report.Race) string { return says } }

func through(prefixes ...string) func(report.Race) bool {
	return func(race report.Race) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool {
			return strings.HasPrefix(race.First.Through, prefix) || strings.HasPrefix(race.Second.Through, prefix)
		})
	}
}

// addsLate: the first Add of a WaitGroup may come after its Wait. To have that
// noticed, Add tells the detector of a read that is none, and Wait of a write.
func addsLate(race report.Race) bool {
	ways := []string{race.First.Through, race.Second.Through}
	return through("sync.(*WaitGroup)")(race) || slices.Contains(ways, "runtime.raceread") && slices.Contains(ways, "runtime.racewrite")
}

// pulls: iter.Pull tells the detector of a write whenever it is called.
func pulls(race report.Race) bool {
	return race.First.Through == "runtime.racewrite" && race.Second.Through == "runtime.racewrite"
}

func halfAtomic(race report.Race) bool {
	return strings.HasPrefix(race.First.Operation, "atomic ") != strings.HasPrefix(race.Second.Operation, "atomic ")
}

// forReading is how a read lock is marked among the locks of an access.
const forReading = " (for reading)"

// writesAsReader: one writes under read locks alone, and the other holds one of
// the same.
func writesAsReader(race report.Race) bool {
	for _, pair := range [][2]report.Access{{race.First, race.Second}, {race.Second, race.First}} {
		writer, other := pair[0], pair[1]
		asReader := strings.HasSuffix(writer.Operation, "write") && len(writer.Locks) > 0 &&
			!slices.ContainsFunc(writer.Locks, func(name string) bool { return !strings.HasSuffix(name, forReading) })
		if asReader && shared(writer, other) {
			return true
		}
	}
	return false
}

func halfLocked(race report.Race) bool {
	return len(race.First.Locks) > 0 && race.Second.Unlocked || len(race.Second.Locks) > 0 && race.First.Unlocked
}

func sayHalfLocked(race report.Race) string {
	locked, free := race.First, race.Second
	if locked.Unlocked {
		locked, free = free, locked
	}
	return fmt.Sprintf("%s holds %s there, and %s takes no lock: a lock protects only if everybody takes it.",
		sideOf(locked), strings.Join(locked.Locks, " and "), sideOf(free))
}

func otherLocks(race report.Race) bool {
	return len(race.First.Locks) > 0 && len(race.Second.Locks) > 0 && !shared(race.First, race.Second)
}

func sayOtherLocks(race report.Race) string {
	return fmt.Sprintf("%s holds %s there and %s holds %s: different locks order nothing.",
		sideOf(race.First), strings.Join(race.First.Locks, " and "), sideOf(race.Second), strings.Join(race.Second.Locks, " and "))
}

// shared reports whether two accesses may hold one lock. Every method may call
// its receiver another name, so only what follows it counts.
func shared(a, b report.Access) bool {
	field := func(name string) string {
		name = strings.TrimSuffix(name, forReading)
		return name[strings.LastIndexByte(name, '.')+1:]
	}
	return slices.ContainsFunc(a.Locks, func(mine string) bool {
		return slices.ContainsFunc(b.Locks, func(other string) bool { return field(mine) == field(other) })
	})
}

func captured(race report.Race) bool { return race.First.Captured || race.Second.Captured }

func sayCaptured(race report.Race) string {
	inner := race.First
	if !inner.Captured {
		inner = race.Second
	}
	return fmt.Sprintf("%s is one variable for both: the function literal at %s has not got a copy of it.", inner.Variable, sideLine(inner))
}

func unlocked(race report.Race) bool { return race.First.Unlocked && race.Second.Unlocked }

// sideOf names one side of a race so that it can be told from the other, also
// where both are in one function.
func sideOf(access report.Access) string { return capital(who(access)) + " (" + sideLine(access) + ")" }

func sideLine(access report.Access) string { return position(access.Where[0]) }
