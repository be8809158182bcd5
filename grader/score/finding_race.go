package score

import (
	"fmt"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func findRace(o report.Outcome) finding {
	race := o.Races[0]
	// The detector names the later access first, and its order is kept so that
	// its log can be compared.
	f := finding{
		summary: fmt.Sprintf("Two goroutines touched the same memory without anything ordering them: %s and %s%s.",
			touch(race.First), touch(race.Second), andMore(len(o.Races)-1, "race")),
		where: innermost(places(race.First.Where), places(race.Second.Where)),
	}
	for _, access := range []report.Access{race.First, race.Second} {
		f.evidence = append(f.evidence, side(access)...)
	}
	if o.Failure != nil {
		f.evidence = append(f.evidence, testimony(*o.Failure)...)
	}
	return f
}

// touch is an access in a sentence: "a write at x.go:3".
func touch(access report.Access) string {
	article := "a "
	if strings.HasPrefix(access.Operation, "a") {
		article = "an "
	}
	where := places(access.Where)
	if len(where) == 0 {
		return article + access.Operation + " in code outside the answer"
	}
	return article + access.Operation + " at " + where[0].short()
}

// side is an access with its stack, innermost call first.
func side(access report.Access) []string {
	where := places(access.Where)
	if len(where) == 0 {
		return []string{access.Operation + " outside the answer" + startedAt(access.Born)}
	}
	lines := []string{access.Operation + " at " + where[0].inFunction() + startedAt(access.Born)}
	for _, caller := range where[1:] {
		lines = append(lines, "  called from "+caller.inFunction())
	}
	return lines
}

func startedAt(born report.Location) string {
	if born.File == "" {
		return ""
	}
	return ", by the goroutine started at " + position(born)
}
