package score

import (
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func access(operation, variable string, line int, function string) report.Access {
	return report.Access{Operation: operation, Variable: variable,
		Where: []report.Location{{File: answer, Line: line, Function: "(*Queue)." + function}}}
}

func under(a report.Access, locks ...string) report.Access {
	a.Locks, a.Unlocked = locks, len(locks) == 0
	return a
}

func via(a report.Access, function string) report.Access { a.Through = function; return a }
func capturing(a report.Access) report.Access            { a.Captured = true; return a }

var raceCases = []struct {
	why           string
	first, second report.Access
	says          string // the summary
	because       string // the sentence on what is missing, "" if there is none
}{
	{"what both lines name is named, by the first's name",
		access("write", "q.items", 31, "Put"), access("read", "s.items", 60, "Len"),
		"Put writes q.items at boundedqueue.go:31 while Len reads it at boundedqueue.go:60, and nothing orders the two.", ""},
	{"one function on both sides",
		access("write", "q.n", 31, "Put"), access("write", "q.n", 31, "Put"),
		"Put writes q.n at boundedqueue.go:31 while another Put writes it at boundedqueue.go:31, and nothing orders the two.", ""},
	{"one function literal on both sides",
		access("write", "q.n", 31, "Put.func1"), access("write", "q.n", 33, "Put.func1"),
		"A function inside Put writes q.n at boundedqueue.go:31 while another function inside Put writes it at", ""},
	{"a WaitGroup of which one side has no frame of the answer's",
		via(report.Access{Operation: "write"}, "runtime.racewrite"), via(access("read", "", 60, "accept"), "runtime.raceread"), "a write in code outside the answer and a read at",
		"Add has to come before Wait begins"},
	{"an iterator that two goroutines pull",
		via(access("write", "", 31, "Next"), "runtime.racewrite"), via(access("write", "", 60, "Stop"), "runtime.racewrite"), "a write at boundedqueue.go:31 and a write at",
		"that iter.Pull returns must not be called by several goroutines"},
	{"a name that nobody knows is not made up",
		access("write", "", 31, "Put"), access("read", "", 60, "Len"),
		"Two goroutines touched the same memory without anything ordering them: a write at boundedqueue.go:31 and a read at boundedqueue.go:60.", ""},
	{"one side is not in the answer",
		access("write", "", 31, "Put"), report.Access{Operation: "read"},
		"a write at boundedqueue.go:31 and a read in code outside the answer.", ""},
	{"only one side is an atomic",
		access("atomic write", "q.n", 31, "Put"), access("read", "q.n", 60, "Len"),
		"Put atomically writes q.n at boundedqueue.go:31 while Len reads it", "An atomic orders only what other atomics do"},
	{"only one side takes the lock",
		under(access("read", "q.n", 60, "Len")), under(access("write", "q.n", 31, "Put"), "q.mu"),
		"Len reads q.n at boundedqueue.go:60 while Put writes it",
		"Put (boundedqueue.go:31) holds q.mu there, and Len (boundedqueue.go:60) takes no lock"},
	{"what cannot be told is not",
		access("read", "q.n", 60, "Len"), under(access("write", "q.n", 31, "Put"), "q.mu"), "Len reads q.n", ""},
	{"each side takes a lock of its own",
		under(access("read", "q.n", 60, "Len"), "s.stats"), under(access("write", "q.n", 31, "Put"), "q.mu"), "Len reads q.n",
		"Len (boundedqueue.go:60) holds s.stats there and Put (boundedqueue.go:31) holds q.mu: different locks order nothing."},
	{"two names of one lock are no two locks",
		under(access("read", "q.n", 60, "Len"), "s.mu"), under(access("write", "q.n", 31, "Put"), "q.mu"), "Len reads q.n", ""},
	{"a write under a read lock",
		under(access("write", "q.n", 31, "Put"), "q.rw (for reading)"), under(access("read", "q.n", 60, "Len"), "q.rw (for reading)"), "Put writes q.n",
		"Who holds a read-write mutex only for reading"},
	{"neither side takes one",
		under(access("write", "q.n", 31, "Put")), under(access("read", "q.n", 60, "Len")), "Put writes q.n", "Neither side takes a lock on its way there."},
	{"a variable that a function literal shares with its maker",
		capturing(under(access("write", "count", 31, "Sum.func1"))), under(access("read", "count", 60, "Sum")),
		"A function inside Sum writes count at boundedqueue.go:31 while Sum reads it at boundedqueue.go:60",
		"count is one variable for both: the function literal at boundedqueue.go:31 has not got a copy of it."},
	{"a map",
		via(under(access("write", "q.seen", 31, "Put")), "runtime.mapassign_faststr"), under(access("read", "q.seen", 60, "Len")), "Put writes q.seen", "A map must not even be read"},
	{"a slice that grows",
		via(under(access("read", "q.items", 31, "Put")), "runtime.growslice"), under(access("write", "q.items", 60, "Get")), "Put reads q.items", "append writes the slice's length"},
	{"a WaitGroup that is added to while somebody waits",
		via(access("write", "group", 31, "work"), "sync.(*WaitGroup).Add"), via(access("read", "group", 60, "Close"), "sync.(*WaitGroup).Wait"), "work writes group",
		"Add has to come before Wait begins"},
}

func TestRacesAreTold(t *testing.T) {
	for _, test := range raceCases {
		t.Run(test.why, func(t *testing.T) {
			race := report.Race{First: test.first, Second: test.second}
			_, f := rule(report.Outcome{Finished: true, Races: []report.Race{race}})
			if !strings.Contains(f.summary, test.says) {
				t.Errorf("summary is\n  %s\nwant in it\n  %s", f.summary, test.says)
			}
			if got := unordered(race); !strings.Contains(got, test.because) || (got == "") != (test.because == "") {
				t.Errorf("the reason is %q, want %q", got, test.because)
			}
			if got := strings.Join(f.evidence, "\n"); !strings.Contains(got, test.because) {
				t.Errorf("the evidence lacks the reason:\n%s", got)
			}
		})
	}
}

func TestEveryReasonForARaceHasACase(t *testing.T) {
	for i, reason := range unorderedBy {
		met := false
		for _, test := range raceCases {
			race := report.Race{First: test.first, Second: test.second}
			met = met || reason.is(race) && unordered(race) == reason.says(race)
		}
		if !met {
			t.Errorf("no case has reason %d", i)
		}
	}
}

func TestWhereEndsWithTheBirthsOfARace(t *testing.T) {
	race := aRace
	race.First.Born = report.Location{File: answer, Line: 99}
	_, f := rule(report.Outcome{Finished: true, Races: []report.Race{race}})
	if last := f.where[len(f.where)-1]; last.Line != 99 {
		t.Errorf("where is %v", f.where)
	}
}
