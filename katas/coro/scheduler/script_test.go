package scheduler_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/concurrency-dojo/dojo/katas/coro/scheduler"
)

// A script is what one task does, step by step. Scripts are performed by tasks of a
// scheduler; and a few loops over plain data, which know nothing of coroutines,
// foretell what must come of it.

// step is one thing that a task does.
type step struct {
	does string // "yield", "sleep", "spawn", "join"
	// of is how long it sleeps, or whom it spawns or joins.
	of int
}

// scripts are those of all tasks, by number. The first few are spawned at the start,
// each other one by one of the steps.
type scripts struct {
	all   [][]step
	start int
}

// draw makes up scripts.
func draw(chance *rand.Rand) scripts {
	const most = 7
	s := scripts{all: make([][]step, most), start: 2 + chance.IntN(most-1)}
	spawned := s.start
	for i := range s.all {
		for range chance.IntN(7) {
			next := step{does: []string{"yield", "sleep", "sleep", "join", "join", "spawn"}[chance.IntN(6)]}
			switch next.does {
			case "sleep":
				next.of = chance.IntN(4)
			case "join":
				next.of = chance.IntN(most)
			case "spawn":
				if spawned == most {
					continue
				}
				next.of = spawned
				spawned++
			}
			s.all[i] = append(s.all[i], next)
		}
	}
	return s
}

func nameOf(number int) string { return string(rune('a' + number)) }

// String tells what the tasks do.
func (s scripts) String() string {
	var text strings.Builder
	for i, steps := range s.all {
		fmt.Fprintf(&text, "  %s:", nameOf(i))
		for _, step := range steps {
			switch step.does {
			case "yield":
				text.WriteString(" Yield")
			case "sleep":
				fmt.Fprintf(&text, " Sleep(%d)", step.of)
			default:
				fmt.Fprintf(&text, " %s(%s)", strings.ToUpper(step.does[:1])+step.does[1:], nameOf(step.of))
			}
		}
		if i >= s.start {
			text.WriteString("  (once it is spawned)")
		}
		text.WriteString("\n")
	}
	return text.String()
}

// told is a line of the journal: who came out of which of its steps, when, and with
// what.
func told(task, step int, now time.Duration, result string) string {
	return fmt.Sprintf("%s is through step %d at %d%s", nameOf(task), step+1, int64(now), result)
}

func list(journal []string) string { return strings.Join(journal, "\n") }

// perform has the scripts performed by tasks, and returns the journal.
func (s scripts) perform() (journal []string) {
	tasks := scheduler.New()
	spawned := make([]*scheduler.Task, len(s.all))
	var spawn func(number int)
	spawn = func(number int) {
		spawned[number] = tasks.Spawn(nameOf(number), func(t *scheduler.Task) {
			for i, step := range s.all[number] {
				result := ""
				switch step.does {
				case "yield":
					t.Yield()
				case "sleep":
					t.Sleep(time.Duration(step.of))
				case "spawn":
					spawn(step.of)
				case "join":
					if other := spawned[step.of]; other != nil {
						result = outcome(t.Join(other))
					}
				}
				journal = append(journal, told(number, i, tasks.Now(), result))
			}
		})
	}
	for number := range s.start {
		spawn(number)
	}
	err := tasks.Run()
	return append(journal, fmt.Sprintf("all is over at %d%s", int64(tasks.Now()), outcome(err)))
}

// outcome tells of an error what is promised of it.
func outcome(err error) string {
	if err == nil {
		return ""
	}
	if !errors.Is(err, scheduler.ErrDeadlock) {
		return fmt.Sprint(" with an error of another kind: ", err)
	}
	words := strings.Fields(err.Error())
	first := len(words) - 1
	for first >= 2 && words[first-1] == "->" {
		first -= 2
	}
	return " with a deadlock " + strings.Join(words[first:], " ")
}

// actor is a task as the foretelling sees it.
type actor struct {
	number int
	at     int // the step that comes next, or that it is inside of
	inside bool
	result string // of the step that it is inside of
	state  string // "unspawned", "ready", "asleep", "joining", "ended"
	wake   time.Duration
	other  *actor // whom it joins
}

// foretell returns the journal that must come of it.
func (s scripts) foretell() (journal []string) {
	var now time.Duration
	var actors []*actor
	for number := range s.all {
		actors = append(actors, &actor{number: number, state: "unspawned"})
	}
	// Those that are spawned, asleep, and in Join, in the order in which they came
	// to be.
	var order, queue, asleep, joining []*actor
	ready := func(a *actor, result string) {
		a.state, a.result = "ready", result
		queue = append(queue, a)
	}
	spawn := func(a *actor) {
		order = append(order, a)
		ready(a, "")
	}
	// givesWay lets an actor do its step up to where it gives way, if it does.
	givesWay := func(a *actor) bool {
		switch step := s.all[a.number][a.at]; step.does {
		case "spawn":
			spawn(actors[step.of])
			return false
		case "join":
			if a.other = actors[step.of]; a.other.state == "unspawned" || a.other.state == "ended" {
				return false
			}
			a.state, joining = "joining", append(joining, a)
		default:
			if step.of == 0 {
				ready(a, "")
				break
			}
			a.state, a.wake = "asleep", now+time.Duration(step.of)
			asleep = append(asleep, a)
		}
		return true
	}
	play := func(a *actor) {
		for ; ; a.result = "" {
			if a.inside {
				journal = append(journal, told(a.number, a.at, now, a.result))
				a.at++
			}
			if a.inside = a.at < len(s.all[a.number]); !a.inside {
				break
			}
			if givesWay(a) {
				return
			}
		}
		a.state = "ended"
		joining = slices.DeleteFunc(joining, func(b *actor) bool {
			if b.other == a {
				ready(b, "")
			}
			return b.other == a
		})
	}
	for number := range s.start {
		spawn(actors[number])
	}
	first := ""
	for {
		switch {
		case len(queue) > 0:
			a := queue[0]
			queue = queue[1:]
			play(a)
		case len(asleep) > 0:
			now = slices.MinFunc(asleep, func(a, b *actor) int { return int(a.wake - b.wake) }).wake
			asleep = slices.DeleteFunc(asleep, func(a *actor) bool {
				if a.wake == now {
					ready(a, "")
				}
				return a.wake == now
			})
		case len(joining) > 0:
			circle := circleOf(order)
			result := " with a deadlock "
			for _, a := range circle {
				result += nameOf(a.number) + " -> "
			}
			result += nameOf(circle[0].number)
			if first == "" {
				first = result
			}
			for _, a := range circle {
				ready(a, result)
			}
			joining = slices.DeleteFunc(joining, func(a *actor) bool { return slices.Contains(circle, a) })
		default:
			return append(journal, fmt.Sprintf("all is over at %d%s", int64(now), first))
		}
	}
}

// circleOf returns the first circle of joins. All actors that have not ended are in
// Join.
func circleOf(order []*actor) []*actor {
	for _, start := range order {
		var circle []*actor
		for a := start; a.state == "joining" && len(circle) < len(order); a = a.other {
			if circle = append(circle, a); a.other == start {
				return circle
			}
		}
	}
	panic("no circle among tasks that all wait for one that waits")
}
