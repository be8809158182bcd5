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
		summary: clash(race) + andMore(len(o.Races)-1, "race") + ".",
		where: distinct(append(innermost(places(race.First.Where), places(race.Second.Where)),
			places([]report.Location{race.First.Born, race.Second.Born})...)),
	}
	// It comes first, since a terminal shows only so many lines.
	if why := unordered(race); why != "" {
		f.evidence = append(f.evidence, why)
	}
	for _, access := range []report.Access{race.First, race.Second} {
		f.evidence = append(f.evidence, side(access)...)
	}
	if o.Failure != nil {
		f.evidence = append(f.evidence, testimony(*o.Failure)...)
	}
	return f
}

// clash says who touched what, as far as it has a name.
func clash(race report.Race) string {
	first, second := race.First, race.Second
	if first.Variable == "" || len(places(first.Where)) == 0 || len(places(second.Where)) == 0 {
		return fmt.Sprintf("Two goroutines touched the same memory without anything ordering them: %s and %s", touch(first), touch(second))
	}
	one, other := who(first), who(second)
	if one == other {
		other = another(other)
	}
	return fmt.Sprintf("%s %s %s at %s while %s %s it at %s, and nothing orders the two",
		capital(one), verb(first), first.Variable, places(first.Where)[0].short(),
		other, verb(second), places(second.Where)[0].short())
}

// who is the function of the answer that an access is in.
func who(access report.Access) string { return spoken(access.Where[0].Function) }

// verb is an operation as somebody's deed: "writes".
func verb(access report.Access) string {
	operation, atomic := strings.CutPrefix(access.Operation, "atomic ")
	if atomic {
		return "atomically " + operation + "s"
	}
	return operation + "s"
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
