package score

import (
	"cmp"
	"fmt"
	"regexp"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// leaves says what was left behind, by its kind.
var leaves = map[report.LeakKind]func(report.Leak) string{
	report.LeakGoroutine:  leftGoroutine,
	report.LeakDescriptor: left("A file descriptor is still open"),
	report.LeakChild:      left("A child process is still running"),
	report.LeakZombie:     left("A child process ended and nobody waited for it"),
	report.LeakOrphan:     left("A process outlived the parent that should have waited for it"),
	report.LeakMapping:    left("A piece of memory is still mapped"),
	report.LeakFile:       left("A temporary file was left behind"),
	report.LeakSocket:     left("A socket or FIFO was left on disk"),
	report.LeakIPC:        left("An IPC object was left in the system"),
	report.LeakState:      left("The process was not put back as it was"),
}

func left(what string) func(report.Leak) string {
	return func(leak report.Leak) string { return what + ": " + oneLine(leak.What) }
}

// stateIn finds the runtime's wait reason in "goroutine 7 [chan receive]".
var stateIn = regexp.MustCompile(`\[([^\]]+)\]`)

func leftGoroutine(leak report.Leak) string {
	state := leak.What
	if match := stateIn.FindStringSubmatch(leak.What); match != nil {
		state = match[1]
	}
	return capital(offspring(leak.Born)) + " is still " + waitOf(state).doing
}

// digits are what differs between leaks that are alike: numbers of descriptors,
// processes and goroutines.
var digits = regexp.MustCompile(`[0-9]+`)

func findLeak(o report.Outcome) finding {
	first := o.Leaks[0]
	say, known := leaves[first.Kind]
	if !known {
		say = left("Something was left behind")
	}
	f := finding{
		kind:    fmt.Sprintf("%s:%s", SpecLeak, first.Kind),
		summary: say(first) + andMore(len(o.Leaks)-1, "leak") + ".",
	}
	var stacks [][]Place
	var kinds []string
	alike := map[string]int{}
	for _, leak := range o.Leaks {
		where := places(leak.Where)
		stacks = append(stacks, where, places([]report.Location{leak.Born}))
		line := fmt.Sprintf("%s: %s", leak.Kind, leak.What)
		switch {
		case len(where) == 0:
		case leak.Kind == report.LeakGoroutine:
			line += " at " + trail(where)
		default:
			line += "; it may come from " + list(where)
		}
		line += startedAt(leak.Born)
		kind := digits.ReplaceAllString(line, "#")
		if alike[kind]++; alike[kind] == 1 {
			kinds = append(kinds, kind)
			f.evidence = append(f.evidence, line)
		}
	}
	for i, kind := range kinds {
		if more := alike[kind] - 1; more > 0 {
			f.evidence[i] += fmt.Sprintf(" (and %d more like it)", more)
		}
	}
	f.where = innermost(stacks...)
	return f
}

// findNothing is for a spec of which there is no sign that it was run to its
// end, and none of what kept it from that.
func findNothing(o report.Outcome) finding {
	return finding{summary: cmp.Or(o.NotRun, "The spec did not run to its end.")}
}
