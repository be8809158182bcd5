package score

import (
	"slices"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func TestFunctionsAreNamedAsPeopleNameThem(t *testing.T) {
	tests := []struct{ why, function, want string }{
		{"the receiver is noise in a sentence", "(*Queue).Put", "Put"},
		{"type arguments and package paths are noise everywhere", "example.org/a/queue.(*Queue[go.shape.string,example.org/b.T]).Put", "Put"},
		{"a closure belongs to the function around it", "(*Queue).Put.func1.2", "a function inside Put"},
		{"a go statement with arguments makes a wrapper", "Start.gowrap1", "a function inside Start"},
		{"a package's initialisation has a name too", "init.0", "a function inside init"},
		{"no name at all", "", "the answer"},
	}
	for _, test := range tests {
		if got := spoken(test.function); got != test.want {
			t.Errorf("%s: %q is spoken %q, want %q", test.why, test.function, got, test.want)
		}
	}
}

func TestWaitReasonsAreTranslated(t *testing.T) {
	tests := []struct{ why, state, want string }{
		{"the common case", "chan receive", "waits to receive from a channel"},
		{"how long it has waited is not why", "sync.Mutex.Lock, 2 minutes", "waits to lock a mutex"},
		{"the runtime's remark is not part of the reason", "chan send (leaked)", "waits to send on a channel"},
		{"but this bracket is", "select (no cases)", "waits for ever in a select without cases"},
		{"a bubble of synctest waits like anybody else", "select (durable)", "waits for one of the cases of a select"},
		{"a runtime of tomorrow", "moon phase", "waits for something (the runtime calls it “moon phase”)"},
	}
	for _, test := range tests {
		if got := waitOf(test.state).does; got != test.want {
			t.Errorf("%s: %q is %q, want %q", test.why, test.state, got, test.want)
		}
	}
}

func TestOnlyTheLearnersFramesAreShown(t *testing.T) {
	got := places([]report.Location{
		{File: "sync/mutex.go", Line: 90}, ours, check, put, put, {File: answer}, wake,
	})
	if len(got) != 2 || got[0].Line != put.Line || got[1].Line != wake.Line {
		t.Errorf("places are %+v", got)
	}
}

func TestStacksAreMixedByDepth(t *testing.T) {
	frame := func(line int) Place { return Place{File: answer, Line: line} }
	got := innermost([]Place{frame(1), frame(2), frame(3)}, nil, []Place{frame(4), frame(2)})
	if want := []Place{frame(1), frame(4), frame(2), frame(3)}; !slices.Equal(got, want) {
		t.Errorf("it is %v, want %v", got, want)
	}
}

func TestShortMessagesOfGomegaReadAsASentence(t *testing.T) {
	tests := []struct {
		why, message, want string
		short              bool
	}{
		{"types are noise", "Expected\n    <string>: b\nto equal\n    <string>: a", "Expected b to equal a.", true},
		{"what an error is made of is noise",
			"Expected success, but got an error:\n    <*errors.errorString | 0xc0001>: \n    queue closed\n    {\n        s: \"queue closed\",\n    }",
			"Expected success, but got an error: queue closed.", true},
		{"an author's own words are best", "Put must wait\nExpected\n    <bool>: true\nto be false", "Put must wait.", true},
		{"why a wait was ended is in the verdict",
			"Context was cancelled (cause: the program came to rest) after 2.145s.\na grandchild lives on\nExpected\n    <bool>: false\nto be true", "A grandchild lives on.", true},
		{"a name says little by itself", "Range(1, 2, 1)\nExpected\n    <int>: 3\nto equal\n    <int>: 4", "Range(1, 2, 1): Expected 3 to equal 4.", true},
		{"an address says nothing", "Expected\n    <<-chan error | len:1, cap:1>: 0xc00002ae70\nnot to receive anything", "Expected a channel not to receive anything.", true},
		{"of an error, its first line counts", "Unexpected error:\n    <*exec.ExitError | 0xc0001>: \n    exit status 1\n    {\n        ProcessState: {\n    }\noccurred", "Unexpected error: exit status 1.", true},
		{"a long one belongs into the evidence", "Expected\n    <string>: " + strings.Repeat("long ", 40), "", false},
		{"nothing was said", "  \n", "", false},
	}
	for _, test := range tests {
		got, short := gist(test.message)
		if short != test.short || short && got != test.want {
			t.Errorf("%s: gist is %q (%t), want %q (%t)", test.why, got, short, test.want, test.short)
		}
	}
}

func TestKnownPanicsAreExplained(t *testing.T) {
	// The messages are those of Go 1.26.
	tests := []struct{ message, want string }{
		{"runtime error: invalid memory address or nil pointer dereference", "Put used a pointer, a function or an interface that is nil"},
		{"send on closed channel", "Put sent on a channel that was already closed"},
		{"close of closed channel", "Put closed a channel that was already closed"},
		{"close of nil channel", "Put closed a channel that was never made"},
		{"makechan: size out of range", "Put made a channel of a size that is negative or far too large"},
		{"sync: negative WaitGroup counter", "Put called Done on a WaitGroup more often than it was told to with Add"},
		{"sync: WaitGroup is reused before previous Wait has returned", "Put used a WaitGroup again before its last Wait had returned"},
		{"sync: WaitGroup misuse: Add called concurrently with Wait", "Put called Add on a WaitGroup while another goroutine was already in Wait"},
		{"sync: unlock of unlocked mutex", "Put unlocked a mutex that was not locked"},
		{"sync: Unlock of unlocked RWMutex", "Put unlocked a read-write mutex that was not locked for writing"},
		{"sync: RUnlock of unlocked RWMutex", "Put gave back a read lock that nobody held (RUnlock without RLock)"},
		{"sync.Cond is copied", "Put used a copy of a condition variable, for which nobody waits"},
		{"concurrent map writes", "Put wrote to a map while another goroutine used it"},
		{"concurrent map read and map write", "Put read a map while another goroutine wrote to it"},
		{"concurrent map iteration and map write", "Put walked through a map while another goroutine wrote to it"},
		{"assignment to entry in nil map", "Put wrote to a map that was never made"},
		{"runtime error: hash of unhashable type []int", "Put used a map key of a kind that cannot be compared"},
		{"runtime error: index out of range [5] with length 1", "Put used an index that is outside of its slice"},
		{"runtime error: slice bounds out of range [5:1]", "Put cut a slice outside of its bounds"},
		{"runtime error: makeslice: len out of range", "Put made a slice of a length that is negative or far too large"},
		{"runtime error: integer divide by zero", "Put divided by zero"},
		{"interface conversion: interface {} is int, not string", "Put took a value for a type that it does not have"},
		{"panic called with nil argument (use GODEBUG=panicnil=1 to disable)", "Put called panic with nil"},
		{"stack overflow", "Put called itself without end until its stack was full"},
		{"goroutine stack exceeds 1000000000-byte limit", "Put called itself without end until its stack was full"},
		{"send on closed channel [recovered, repanicked]", "Put sent on a channel that was already closed"},
	}
	for _, row := range deeds {
		if !slices.ContainsFunc(tests, func(test struct{ message, want string }) bool { return strings.Contains(test.message, row.message) }) {
			t.Errorf("no case says %q", row.message)
		}
	}
	for _, test := range tests {
		if got := panicked(test.message, places([]report.Location{put})).summary; got != test.want+" (boundedqueue.go:31)." {
			t.Errorf("%q is told as\n  %s\nwant\n  %s", test.message, got, test.want)
		}
	}
	for message, want := range map[string]string{
		"out of cheese\n\ngoroutine 1 [running]:": "Put panicked (boundedqueue.go:31): out of cheese.",
		"first [recovered, repanicked]":           "Put panicked (boundedqueue.go:31): first.",
	} {
		if got := panicked(message, places([]report.Location{put})).summary; got != want {
			t.Errorf("%q is told as\n  %s\nwant\n  %s", message, got, want)
		}
	}
	if got := panicked("TODO: implement Put", nil).summary; got != "A part of the answer is not written yet: it still says “TODO: implement Put”." {
		t.Errorf("without a frame: %s", got)
	}
}

func TestEveryKindOfLeakHasItsOwnHint(t *testing.T) {
	for kind := range leaves {
		if hints["leak:"+string(kind)] == "" {
			t.Errorf("none for %s", kind)
		}
	}
}

func TestEvidenceIsBounded(t *testing.T) {
	why := finding{evidence: []string{strings.Repeat("é", maxEvidence)}}
	got := why.diagnosis(SpecWrong, Spec{}, "").Evidence
	if len(got) > maxEvidence+len("…") || !strings.HasSuffix(got, "é…") {
		t.Errorf("evidence has %d bytes and ends in %q", len(got), got[len(got)-6:])
	}
}
