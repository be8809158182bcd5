package score

import (
	"fmt"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// tale is why a knot does not come undone, in one or two sentences.
type tale struct {
	text string
	// where are the places that it names.
	where []Place
}

// tales are the ways in which goroutines come to wait for a lock in vain. What
// explains itself comes first: of all the goroutines that got stuck, most only
// wait for those that are the reason.
var tales = []func(knot, strand) (tale, bool){
	tellTwice, tellUpgrade, tellBetween, tellCircle, tellEnded, tellReturned, tellHeld,
}

// tell returns the first tale that is true of any of the goroutines.
func (k knot) tell() (tale, bool) {
	for _, teller := range tales {
		for _, g := range k {
			if found, is := teller(k, g); is {
				return found, true
			}
		}
	}
	return tale{}, false
}

// tellTwice is about a goroutine that locks what it has locked.
func tellTwice(_ knot, g strand) (tale, bool) {
	held, is := g.itself()
	if !is || held.Read {
		return tale{}, false
	}
	says := fmt.Sprintf("which it has held itself since %s: a Go lock cannot be taken twice, not even by its holder.", position(held.Where))
	switch taker := spoken(held.Where.Function); {
	case len(g.where) > 0 && held.Where.File == g.where[0].File && held.Where.Line == g.where[0].Line:
		says = "which its own goroutine took at this very line before and never gave back: a path leads on from there without an Unlock."
	case held.Where.Function != "" && !g.passes(held.Where.Function):
		says = fmt.Sprintf("which its own goroutine took before in %s (%s): that call returned without an Unlock.", taker, position(held.Where))
	}
	return naming(fmt.Sprintf("%s waits for %s, %s", g.subject(), called(held), says), g, held), true
}

// tellUpgrade is about a reader that wants to write.
func tellUpgrade(_ knot, g strand) (tale, bool) {
	held, is := g.itself()
	if !is || !held.Read || g.toRead() {
		return tale{}, false
	}
	return naming(fmt.Sprintf("%s wants to lock %s for writing, which it still holds for reading since %s: a writer waits for every reader, so it waits for itself.",
		g.subject(), bareName(held), position(held.Where)), g, held), true
}

// tellBetween is about a reader that reads again after a writer has asked.
func tellBetween(k knot, g strand) (tale, bool) {
	held, is := g.itself()
	if !is || !held.Read || !g.toRead() {
		return tale{}, false
	}
	writer := "a writer"
	if w, found := k.writerBehind(held); found {
		writer = k.besides(w, g) + at(w.where)
	}
	return naming(fmt.Sprintf("%s locks %s for reading again, which it already holds for reading since %s, and in between %s came to write. A writer that waits keeps new readers out, so each waits for the other.",
		g.subject(), bareName(held), position(held.Where), writer), g, held), true
}

// tellCircle is about goroutines that each hold what the next one wants.
func tellCircle(k knot, g strand) (tale, bool) {
	way := k.circle(g)
	if way == nil {
		return tale{}, false
	}
	var steps []string
	found := tale{}
	for i, step := range way {
		next := way[(i+1)%len(way)].waits
		who := step.waits.subject()
		if i > 0 {
			who = k.besides(step.waits, g) + at(step.waits.where)
		}
		steps = append(steps, fmt.Sprintf("%s waits for %s, which %s", who, called(step.lock), k.holds(next, step.waits, step.lock)))
		found.where = append(found.where, naming("", step.waits, step.lock).where...)
	}
	end := ": each holds what the other needs."
	if len(way) > 2 {
		end = ": each holds what the one before it needs."
	}
	found.text = strings.Join(steps, ", and ") + end
	return found, true
}

// tellEnded is about a lock whose holder is no more.
func tellEnded(_ knot, g strand) (tale, bool) {
	lost, is := first(g.keptOut(), func(l report.Lock) bool { return l.Ended })
	if !is {
		return tale{}, false
	}
	return naming(fmt.Sprintf("%s waits for %s, which was taken%s by a goroutine that has ended, and never given back.",
		g.subject(), called(lost), taken(lost)), g, lost), true
}

// tellReturned is about a lock whose holder has left the answer with it.
func tellReturned(k knot, g strand) (tale, bool) {
	lost, is := first(g.keptOut(), func(l report.Lock) bool {
		_, inside := k.find(l.Holder)
		return !l.Ended && !inside
	})
	if !is {
		return tale{}, false
	}
	return naming(fmt.Sprintf("%s waits for %s, which was taken%s and never given back: the call that took it has returned.",
		g.subject(), called(lost), taken(lost)), g, lost), true
}

// tellHeld is about a lock whose holder waits for something else with it.
func tellHeld(k knot, g strand) (tale, bool) {
	for _, lock := range g.keptOut() {
		holder, there := k.find(lock.Holder)
		if !there || len(holder.Wants) > 0 {
			continue
		}
		found := naming(fmt.Sprintf("%s waits for %s, which %s%s.", g.subject(), called(lock), k.holds(holder, g, lock),
			k.with(holder, g)), g, lock)
		found.where = append(found.where, holder.where...)
		return found, true
	}
	return tale{}, false
}

// with says what a holder does that keeps it from giving the lock back.
func (k knot) with(holder, wants strand) string {
	if holder.runs() {
		return ", and " + k.besides(holder, wants) + " is running" + at(holder.where)
	}
	does, lacks := holder.does()
	if lacks != "" {
		lacks = ", and " + lacks + " while " + k.besides(wants, holder) + " waits"
	}
	return ". " + capital(k.besides(holder, wants)) + " " + does + at(holder.where) + lacks
}

// naming puts the goroutine and the place where the lock was taken in front.
func naming(text string, g strand, lock report.Lock) tale {
	found := tale{text: text}
	if len(g.where) > 0 {
		found.where = g.where[:1:1]
	}
	found.where = append(found.where, places([]report.Location{lock.Where})...)
	return found
}
