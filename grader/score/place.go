package score

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// answerFolders are where answers live. A frame from anywhere else, or from a
// test file, is not the learner's to change.
var answerFolders = []string{"katas/", "solutions/"}

func isAnswer(where report.Location) bool {
	if where.Line <= 0 || strings.HasSuffix(where.File, "_test.go") {
		return false
	}
	for _, folder := range answerFolders {
		if strings.HasPrefix(where.File, folder) {
			return true
		}
	}
	return false
}

// places keeps the answer's frames, each once, in their order.
func places(frames []report.Location) []Place {
	var kept []Place
	for _, frame := range frames {
		if isAnswer(frame) {
			kept = append(kept, *placeOf(frame))
		}
	}
	return distinct(kept)
}

func distinct(all []Place) []Place {
	var kept []Place
	met := map[Place]bool{}
	for _, place := range all {
		if !met[place] {
			met[place] = true
			kept = append(kept, place)
		}
	}
	return kept
}

// innermost mixes stacks by depth: where each of them is comes before how any of
// them came there.
func innermost(stacks ...[]Place) []Place {
	var mixed []Place
	for depth, deeper := 0, true; deeper; depth++ {
		deeper = false
		for _, stack := range stacks {
			if depth < len(stack) {
				mixed = append(mixed, stack[depth])
				deeper = true
			}
		}
	}
	return distinct(mixed)
}

func (p Place) short() string { return fmt.Sprintf("%s:%d", path.Base(p.File), p.Line) }

func (p Place) inFunction() string {
	if p.Function == "" {
		return p.short()
	}
	return p.short() + " in " + p.Function
}

// position names any line, also one that is not the answer's.
func position(where report.Location) string {
	return fmt.Sprintf("%s:%d", path.Base(where.File), where.Line)
}

func atLine(where report.Location) string {
	if where.File == "" {
		return ""
	}
	return " (" + position(where) + ")"
}

// at names the innermost place in brackets, if there is one.
func at(where []Place) string {
	if len(where) == 0 {
		return ""
	}
	return " (" + where[0].short() + ")"
}

// trail is a stack on one line: "x.go:31, called from x.go:52".
func trail(where []Place) string { return joined(where, ", called from ") }

func list(where []Place) string { return joined(where, ", ") }

func joined(where []Place, separator string) string {
	var names []string
	for _, place := range where {
		names = append(names, place.short())
	}
	return strings.Join(names, separator)
}

// bare cuts the package path and the type arguments from a function's name:
// "example.org/x/queue.(*Queue[...]).Put" is "(*Queue).Put".
func bare(function string) string {
	if open, end := strings.IndexByte(function, '['), strings.LastIndexByte(function, ']'); open >= 0 && end > open {
		function = function[:open] + function[end+1:]
	}
	slash := strings.LastIndexByte(function, '/')
	if dot := strings.IndexByte(function[slash+1:], '.'); slash >= 0 && dot >= 0 {
		return function[slash+1+dot+1:]
	}
	return function
}

// closures are the compiler's names for functions without one.
var closures = regexp.MustCompile(`(\.func\d+|\.gowrap\d+|\.deferwrap\d+|\.\d+|-range\d+|-fm)+$`)

// spoken is a function's name in a sentence: "(*Queue).Put" is "Put", and
// "(*Queue).Put.func1" is "a function inside Put".
func spoken(function string) string {
	name := closures.ReplaceAllString(bare(function), "")
	inner := name != bare(function)
	name = name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case name == "":
		return "the answer"
	case inner:
		return "a function inside " + name
	default:
		return name
	}
}

// another names a second one: "another Put", "another function inside Put".
func another(name string) string { return "another " + strings.TrimPrefix(name, "a ") }

// offspring names a goroutine by the go statement that started it.
func offspring(born report.Location) string {
	if born.File == "" {
		return "a goroutine"
	}
	return "a goroutine started at " + position(born)
}
