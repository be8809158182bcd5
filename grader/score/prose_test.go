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
	tests := []struct{ message, want string }{
		{"runtime error: invalid memory address or nil pointer dereference", "Put used a pointer that is nil (boundedqueue.go:31)."},
		{"close of closed channel", "Put closed a channel that was already closed (boundedqueue.go:31)."},
		{"sync: negative WaitGroup counter", "Put called Done on a WaitGroup more often than it was told to with Add (boundedqueue.go:31)."},
		{"sync: RUnlock of unlocked RWMutex", "Put unlocked a mutex that was not locked (boundedqueue.go:31)."},
		{"out of cheese\n\ngoroutine 1 [running]:", "Put panicked (boundedqueue.go:31): out of cheese."},
	}
	for _, test := range tests {
		if got := panicked(test.message, places([]report.Location{put})).summary; got != test.want {
			t.Errorf("%q is told as\n  %s\nwant\n  %s", test.message, got, test.want)
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
