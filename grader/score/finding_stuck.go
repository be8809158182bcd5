package score

import (
	"fmt"
	"slices"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func findDeadlock(o report.Outcome) finding {
	all := knotOf(o.Stuck)
	told, knotted := all.tell()
	switch {
	case knotted:
	case len(all) == 0:
		told.text = "Nothing moves any more: the spec waits, and nothing of the answer is left to wake it."
	default:
		told = all.rest()
	}
	return standstill(o, told)
}

// rest tells of a knot that no lock holds together, by the goroutine that comes
// first.
func (k knot) rest() tale {
	chief := k[0]
	does, lacks := chief.does()
	if lacks != "" {
		lacks = ", and " + lacks
	}
	told := tale{where: chief.where}
	if chief.own {
		told.text = fmt.Sprintf("%s %s%s; nothing moves any more%s.", chief.subject(), does, lacks, andMore(len(k)-1, "goroutine"))
		return told
	}
	others := ""
	if calls := k.only(func(g strand) bool { return !g.own }); len(calls) > 1 {
		others = ", nor did " + plural(len(calls)-1, "more call")
	}
	told.text = fmt.Sprintf("%s never came back%s: it %s%s.", chief.subject(), others, does, lacks)
	// Whoever waits for goroutines to finish waits for what they wait for.
	if worker, is := first(k, func(g strand) bool { return g.own }); is && waitOf(chief.State) == waits["sync.WaitGroup.Wait"] {
		does, lacks := worker.does()
		if lacks != "" {
			lacks = ", and " + lacks
		}
		told.text += fmt.Sprintf(" %s %s%s.", worker.subject(), does, lacks)
		told.where = append(slices.Clip(told.where), worker.where...)
	}
	return told
}

// findOneByOne is about callers that were to meet inside the answer and never
// did: the answer lets fewer in at once than it promises.
func findOneByOne(o report.Outcome) finding {
	return standstill(o, tale{text: fmt.Sprintf("Only %d of %d came in at the same time, and the others never followed: the answer runs fewer at once than it promises.",
		o.Stuck.Gate.Inside, o.Stuck.Gate.Want)})
}

// findInVain is about a wait of the spec itself. Its failure says what for.
func findInVain(o report.Outcome) finding {
	f := findWrong(o)
	const never = "The answer came back, but what the spec then waited for never came true."
	if said, short := gist(o.Failure.Message); short {
		f.summary = said + " " + never
	} else {
		f.summary = never
	}
	// Goroutines that are still there say more than what was called last.
	if where := distinct(append(places(o.Failure.Where), standstill(o, tale{}).where...)); len(where) > 0 {
		f.where = where
	}
	f.evidence = append(f.evidence, goroutines(o.Stuck)...)
	return f
}

// findBudget names who used up the processor, and who waited meanwhile.
func findBudget(o report.Outcome) finding {
	all := knotOf(o.Stuck)
	ranOut := "the processor time of the spec ran out, after " + span(o.Stuck.After)
	knotted, is := all.tell()
	busy := all.only(strand.runs)
	if len(busy) == 0 {
		busy = all.only(func(g strand) bool { return !g.own })
	}
	switch {
	case len(busy) == 0:
		return standstill(o, tale{text: capital(ranOut) + "."})
	case is && !busy[0].runs():
		return standstill(o, tale{knotted.text + " " + capital(ranOut) + ".", knotted.where})
	}
	told := tale{fmt.Sprintf("%s had not come back when %s: it %s.", busy[0].subject(), ranOut, was(busy[0])), busy[0].where}
	if busy[0].own {
		told.text = fmt.Sprintf("%s, which the answer started, still %s when %s.", busy[0].subject(), was(busy[0]), ranOut)
	}
	waiting := all.only(func(g strand) bool { return !g.InSpec && !g.runs() && g.ID != busy[0].ID })
	if is {
		told.text += " " + knotted.text
		told.where = append(slices.Clip(told.where), knotted.where...)
	} else if len(waiting) > 0 {
		does, _ := waiting[0].does()
		told.text += fmt.Sprintf(" Meanwhile %s %s%s.", waiting[0].name()+at(waiting[0].where), does, andMore(len(waiting)-1, "goroutine"))
	}
	return standstill(o, told)
}

// was is what a goroutine did when it was seen.
func was(g strand) string { return "was " + waitOf(g.State).doing }

func findSlow(o report.Outcome) finding {
	all := knotOf(o.Stuck)
	told, knotted := all.tell()
	switch {
	case knotted:
		told.text += " The spec was ended after " + span(o.Stuck.After) + "."
	case len(o.Stuck.Calls) > 0:
		does, _ := all[0].does()
		told = tale{fmt.Sprintf("%s had not come back after %s: it %s.", all[0].subject(), span(o.Stuck.After), does), all[0].where}
	default:
		told.text = "The spec was not done after " + span(o.Stuck.After) + ", and was ended."
	}
	return standstill(o, told)
}

// standstill shows every goroutine that the answer is responsible for, what the
// tale is about first and where goroutines were started last.
func standstill(o report.Outcome, told tale) finding {
	f := finding{summary: told.text, evidence: goroutines(o.Stuck)}
	var stacks [][]Place
	var born []report.Location
	for _, g := range knotOf(o.Stuck) {
		stacks = append(stacks, g.where)
		born = append(born, g.Born)
	}
	f.where = distinct(slices.Concat(told.where, innermost(stacks...), places(born)))
	if o.Failure != nil {
		f.evidence = append(f.evidence, testimony(*o.Failure)...)
	}
	return f
}

func span(d time.Duration) string {
	if d >= time.Second {
		d = d.Round(100 * time.Millisecond)
	}
	return d.String()
}
