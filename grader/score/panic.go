package score

import (
	"fmt"
	"regexp"
	"strings"
)

// deed is what code did to make the runtime panic or give up, in words that
// follow the name of a function.
type deed struct {
	message string // a part of the runtime's message
	words   string
}

// deeds are searched in order.
var deeds = []deed{
	{"nil pointer dereference", "used a pointer, a function or an interface that is nil"},
	{"send on closed channel", "sent on a channel that was already closed"},
	{"close of closed channel", "closed a channel that was already closed"},
	{"close of nil channel", "closed a channel that was never made"},
	{"makechan: size out of range", "made a channel of a size that is negative or far too large"},
	{"negative WaitGroup counter", "called Done on a WaitGroup more often than it was told to with Add"},
	{"WaitGroup is reused", "used a WaitGroup again before its last Wait had returned"},
	{"WaitGroup misuse", "called Add on a WaitGroup while another goroutine was already in Wait"},
	{"unlock of unlocked mutex", "unlocked a mutex that was not locked"},
	{"RUnlock of unlocked RWMutex", "gave back a read lock that nobody held (RUnlock without RLock)"},
	{"Unlock of unlocked RWMutex", "unlocked a read-write mutex that was not locked for writing"},
	{"sync.Cond is copied", "used a copy of a condition variable, for which nobody waits"},
	{"concurrent map read", "read a map while another goroutine wrote to it"},
	{"concurrent map iteration", "walked through a map while another goroutine wrote to it"},
	{"concurrent map", "wrote to a map while another goroutine used it"},
	{"entry in nil map", "wrote to a map that was never made"},
	{"hash of unhashable type", "used a map key of a kind that cannot be compared"},
	{"index out of range", "used an index that is outside of its slice"},
	{"slice bounds out of range", "cut a slice outside of its bounds"},
	{"makeslice: len out of range", "made a slice of a length that is negative or far too large"},
	{"integer divide by zero", "divided by zero"},
	{"interface conversion", "took a value for a type that it does not have"},
	{"nil argument", "called panic with nil"},
	{"stack overflow", "called itself without end until its stack was full"},
	{"stack exceeds", "called itself without end until its stack was full"},
}

func deedOf(message string) (deed, bool) {
	for _, row := range deeds {
		if strings.Contains(message, row.message) {
			return row, true
		}
	}
	return deed{}, false
}

// account tells a deed as a sentence, in the name of the innermost function.
func account(deed deed, where []Place) string {
	return fmt.Sprintf("%s %s%s.", actor(where), deed.words, at(where))
}

// todo marks what nobody has written yet: every stub panics with it.
const todo = "TODO"

// recovered is what the runtime adds to a panic that was passed on.
var recovered = regexp.MustCompile(`( \[recovered(, repanicked)?\])+$`)

// panicked makes a sentence of what was passed to panic.
func panicked(message string, where []Place) finding {
	f := finding{where: where}
	first := recovered.ReplaceAllString(firstLine(message), "")
	if deed, known := deedOf(first); known {
		f.summary = account(deed, where)
		return f
	}
	if strings.HasPrefix(strings.TrimLeft(first, `"`), todo) {
		subject := actor(where)
		if len(where) == 0 {
			subject = "A part of the answer"
		}
		f.summary = fmt.Sprintf("%s is not written yet: it still says “%s”%s.", subject, strings.Trim(first, `"`), at(where))
		f.hint = "Every stub panics until its promise is kept: read the doc comment above the function, then put your code in the place of the panic."
		return f
	}
	f.summary = fmt.Sprintf("%s panicked%s: %s", actor(where), at(where), sentence(first))
	return f
}

func actor(where []Place) string {
	if len(where) == 0 {
		return "The answer"
	}
	return capital(spoken(where[0].Function))
}
