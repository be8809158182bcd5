package score

import (
	"strings"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// A cast for the tales below: who they are is told by their line and function.
func goes(id uint64, state string, line int, function string) report.Goroutine {
	return report.Goroutine{ID: id, State: state, Where: []report.Location{{File: answer, Line: line, Function: "(*Queue)." + function}}}
}

// taking is a lock called q.name that a goroutine took at a line.
func taking(name string, holder uint64, line int) report.Lock {
	return report.Lock{Name: "q." + name, Holder: holder, Where: report.Location{File: answer, Line: line}}
}

func reading(lock report.Lock) report.Lock { lock.Read = true; return lock }
func ownerless(lock report.Lock) report.Lock {
	lock.Ended = true
	lock.Where.Function = "(*Queue).Get"
	return lock
}
func takenIn(function string, lock report.Lock) report.Lock {
	lock.Where.Function = "(*Queue)." + function
	return lock
}

func wanting(g report.Goroutine, locks ...report.Lock) report.Goroutine { g.Wants = locks; return g }
func on(what string, g report.Goroutine) report.Goroutine               { g.On = what; return g }
func inSpec(g report.Goroutine) report.Goroutine                        { g.InSpec = true; return g }
func owned(g report.Goroutine) report.Goroutine                         { g.Own = true; return g }
func started(g report.Goroutine, line int) report.Goroutine {
	g.Born = report.Location{File: answer, Line: line}
	return g
}

const (
	mutex  = "sync.Mutex.Lock"
	writer = "sync.RWMutex.Lock"
	reader = "sync.RWMutex.RLock"
)

var knotCases = []struct {
	why           string
	calls, others []report.Goroutine
	says          string
	where         []int // the lines, in order, as far as they matter
}{
	{"a function calls another that takes the same lock",
		[]report.Goroutine{wanting(goes(1, mutex, 31, "Put"), taking("mu", 1, 28))}, nil,
		"Put (boundedqueue.go:31) waits for the lock q.mu, which it has held itself since boundedqueue.go:28: a Go lock cannot be taken twice, not even by its holder.",
		[]int{31, 28}},
	{"who comes by the same line again has left without giving back",
		[]report.Goroutine{wanting(goes(1, mutex, 31, "Put"), taking("mu", 1, 31))}, nil,
		"Put (boundedqueue.go:31) waits for the lock q.mu, which its own goroutine took at this very line before and never gave back: a path leads on from there without an Unlock.",
		[]int{31}},
	{"or has left another function so",
		[]report.Goroutine{wanting(goes(1, mutex, 31, "Put"), takenIn("Get", taking("mu", 1, 60)))}, nil,
		"Put (boundedqueue.go:31) waits for the lock q.mu, which its own goroutine took before in Get (boundedqueue.go:60): that call returned without an Unlock.",
		[]int{31, 60}},
	{"but not one that it is still in",
		[]report.Goroutine{wanting(goes(1, mutex, 31, "Put.func1"), takenIn("Put", taking("mu", 1, 28)))}, nil,
		"A function inside Put (boundedqueue.go:31) waits for the lock q.mu, which it has held itself since boundedqueue.go:28",
		nil},
	{"a write lock keeps out its own holder's reads, too",
		[]report.Goroutine{wanting(goes(1, reader, 31, "Put"), taking("rw", 1, 28))}, nil,
		"which it has held itself since boundedqueue.go:28", nil},
	{"a reader that wants to write",
		[]report.Goroutine{wanting(goes(1, writer, 31, "Put"), reading(taking("rw", 1, 28)))}, nil,
		"Put (boundedqueue.go:31) wants to lock q.rw for writing, which it still holds for reading since boundedqueue.go:28: a writer waits for every reader, so it waits for itself.",
		[]int{31, 28}},
	{"a writer between two reads of one goroutine",
		[]report.Goroutine{
			wanting(goes(2, writer, 60, "Put"), reading(taking("rw", 1, 28))),
			wanting(goes(1, reader, 31, "Len"), reading(taking("rw", 1, 28)))}, nil,
		"Len (boundedqueue.go:31) locks q.rw for reading again, which it already holds for reading since boundedqueue.go:28, and in between Put (boundedqueue.go:60) came to write. A writer that waits keeps new readers out, so each waits for the other.",
		[]int{31, 28, 60}},

	{"each of two holds what the other needs; the third is only a victim",
		[]report.Goroutine{
			wanting(goes(3, mutex, 10, "Close"), taking("a", 1, 30)),
			wanting(goes(1, mutex, 31, "Put"), taking("b", 2, 60)),
			wanting(goes(2, mutex, 61, "Get"), taking("a", 1, 30))}, nil,
		"Put (boundedqueue.go:31) waits for the lock q.b, which Get holds since boundedqueue.go:60, and Get (boundedqueue.go:61) waits for the lock q.a, which Put holds since boundedqueue.go:30: each holds what the other needs.",
		[]int{31, 60, 61, 30, 10}},
	{"two calls of one function are told apart",
		[]report.Goroutine{
			wanting(goes(1, mutex, 31, "Move"), taking("a", 2, 30)),
			wanting(goes(2, mutex, 31, "Move"), taking("b", 1, 30))}, nil,
		"Move (boundedqueue.go:31) waits for the lock q.a, which another Move holds since boundedqueue.go:30, and another Move (boundedqueue.go:31) waits",
		nil},
	{"a circle of three, one of which the answer started",
		[]report.Goroutine{
			wanting(goes(1, mutex, 31, "Put"), taking("b", 2, 60)),
			wanting(goes(2, mutex, 61, "Get"), taking("c", 3, 80))},
		[]report.Goroutine{wanting(goes(3, mutex, 81, "sweep"), taking("a", 1, 30))},
		"and sweep (boundedqueue.go:81) waits for the lock q.a, which Put holds since boundedqueue.go:30: each holds what the one before it needs.",
		[]int{31, 60, 61, 80, 81, 30}},

	{"a goroutine has taken the lock to its grave",
		[]report.Goroutine{wanting(goes(1, mutex, 40, "Get"), ownerless(taking("mu", 9, 31)))}, nil,
		"Get (boundedqueue.go:40) waits for the lock q.mu, which was taken in Get (boundedqueue.go:31) by a goroutine that has ended, and never given back.",
		[]int{40, 31}},
	{"a call came back to the spec with the lock held",
		[]report.Goroutine{wanting(goes(1, mutex, 40, "Get"), takenIn("Put", taking("mu", 9, 31)))}, nil,
		"Get (boundedqueue.go:40) waits for the lock q.mu, which was taken in Put (boundedqueue.go:31) and never given back: the call that took it has returned.",
		[]int{40, 31}},

	{"a lock held across a send: the victim is not the reason",
		[]report.Goroutine{
			wanting(goes(1, mutex, 31, "Put"), taking("mu", 2, 39)),
			on("q.items", goes(2, "chan send", 40, "Get"))}, nil,
		"Put (boundedqueue.go:31) waits for the lock q.mu, which Get holds since boundedqueue.go:39. Get waits to send on q.items (boundedqueue.go:40), and nobody comes to receive while Put waits.",
		[]int{31, 39, 40}},
	{"held across a WaitGroup whose workers need it",
		[]report.Goroutine{goes(2, "sync.WaitGroup.Wait", 40, "Close")},
		[]report.Goroutine{wanting(goes(1, mutex, 31, "work"), taking("mu", 2, 39))},
		"work (boundedqueue.go:31) waits for the lock q.mu, which Close holds since boundedqueue.go:39. Close waits for a WaitGroup to come to zero (boundedqueue.go:40), and not every Add is followed by its Done while work waits.",
		nil},
	{"held across a select", []report.Goroutine{
		wanting(goes(1, mutex, 31, "Put"), taking("mu", 2, 39)), goes(2, "select", 40, "Get")}, nil,
		"Get waits for one of the cases of a select (boundedqueue.go:40), and none of them becomes ready while Put waits.", nil},
	{"held across another's condition", []report.Goroutine{
		wanting(goes(1, mutex, 31, "Put"), taking("mu", 2, 39)), goes(2, "sync.Cond.Wait", 40, "Get")}, nil,
		"Get waits for a condition variable to be signalled (boundedqueue.go:40), and nobody calls Signal or Broadcast while Put waits.", nil},
	{"held across a read from the network", []report.Goroutine{
		wanting(goes(1, mutex, 31, "Put"), taking("mu", 2, 39)), goes(2, "IO wait", 40, "Get")}, nil,
		"Get waits for input or output (boundedqueue.go:40), and nothing arrives while Put waits.", nil},
	{"held asleep: nobody is missing but its end", []report.Goroutine{
		wanting(goes(1, mutex, 31, "Put"), taking("mu", 2, 39)), goes(2, "sleep", 40, "Get")}, nil,
		"which Get holds since boundedqueue.go:39. Get sleeps (boundedqueue.go:40).", nil},
	{"held while the spec's own function is called", []report.Goroutine{
		inSpec(goes(2, "chan receive", 40, "Get")),
		wanting(goes(1, mutex, 31, "Put"), taking("mu", 2, 39))}, nil,
		"Get is inside a function of the spec that it has called (boundedqueue.go:40).", nil},
	{"readers don't keep each other out: the writer between them is the one to tell of", []report.Goroutine{
		wanting(goes(1, reader, 31, "Len"), reading(taking("rw", 2, 39))),
		wanting(goes(3, writer, 60, "Put"), reading(taking("rw", 2, 39))),
		goes(2, "chan send", 40, "Get")}, nil,
		"Put (boundedqueue.go:60) waits for the lock q.rw, which Get holds for reading since boundedqueue.go:39. Get waits to send on a channel", []int{60, 39, 40, 31}},

	{"nobody receives", []report.Goroutine{on("q.items", goes(1, "chan send", 31, "Put"))}, nil,
		"Put (boundedqueue.go:31) never came back: it waits to send on q.items, and nobody comes to receive.", []int{31}},
	{"nobody sends", []report.Goroutine{goes(1, "chan receive", 31, "Get")}, nil,
		"it waits to receive from a channel, and nobody sends on it or closes it.", nil},
	{"a nil channel is nobody's", []report.Goroutine{on("q.items", goes(1, "chan receive (nil chan)", 31, "Get"))}, nil,
		"it waits to receive from q.items, which was never made (nil), and on such a channel nothing ever arrives.", nil},
	{"nor does one send on it", []report.Goroutine{goes(1, "chan send (nil chan)", 31, "Put")}, nil,
		"it waits to send on a channel, which was never made (nil), and from such a channel nobody can ever receive.", nil},
	{"no case of a select", []report.Goroutine{goes(1, "select", 31, "Get")}, nil,
		"it waits for one of the cases of a select, and none of them becomes ready.", nil},
	{"a condition that nobody signals", []report.Goroutine{on("q.ready", goes(1, "sync.Cond.Wait", 31, "Get"))}, nil,
		"it waits for q.ready to be signalled, and nobody calls Signal or Broadcast.", nil},
	{"a WaitGroup, and one of those that it waits for", []report.Goroutine{goes(1, "sync.WaitGroup.Wait", 31, "Close")},
		[]report.Goroutine{goes(2, "chan send", 50, "work")},
		"it waits for a WaitGroup to come to zero, and not every Add is followed by its Done. work (boundedqueue.go:50) waits to send on a channel, and nobody comes to receive.", []int{31, 50}},
	{"whoever a WaitGroup of the answer's runs is no call of the spec's", []report.Goroutine{
		owned(goes(2, "IO wait", 50, "accept")), goes(1, "select", 31, "Shutdown")}, nil,
		"Shutdown (boundedqueue.go:31) never came back: it waits for one of the cases of a select, and none of them becomes ready.", []int{31, 50}},
	{"a lock of which nothing else is known", []report.Goroutine{goes(1, mutex, 31, "Get")}, nil,
		"it waits to lock a mutex, and whoever has it does not give it back.", nil},
	{"the spec's function waits for what the answer should do elsewhere", []report.Goroutine{
		inSpec(goes(1, "chan receive", 31, "Map")), goes(2, "chan send", 50, "Feed")}, nil,
		"Feed (boundedqueue.go:50) never came back, nor did 1 more call: it waits to send on a channel, and nobody comes to receive.", []int{50, 31}},
	{"only where it was started is known",
		nil, []report.Goroutine{started(report.Goroutine{State: "select"}, 44)},
		"A goroutine started at boundedqueue.go:44 waits for one of the cases of a select", []int{44}},
}

func TestKnotsAreTold(t *testing.T) {
	for _, test := range knotCases {
		t.Run(test.why, func(t *testing.T) {
			_, f := rule(report.Outcome{Stuck: &report.Stuck{Kind: report.AtRest, Calls: test.calls, Others: test.others}})
			if !strings.Contains(f.summary, test.says) {
				t.Errorf("summary is\n  %s\nwant in it\n  %s", f.summary, test.says)
			}
			for i, line := range test.where {
				if len(f.where) <= i || f.where[i].Line != line {
					t.Errorf("where is %v, want the lines %v first", f.where, test.where)
					break
				}
			}
		})
	}
}

func TestEvidenceShowsEveryGoroutineAndItsLocks(t *testing.T) {
	put := wanting(goes(1, mutex, 31, "Put"), taking("b", 2, 60), ownerless(reading(taking("rw", 9, 70))))
	put.Holds = []report.Lock{taking("a", 1, 30), reading(taking("rw", 1, 29))}
	put.Born = check
	_, f := rule(report.Outcome{Stuck: &report.Stuck{Kind: report.AtRest,
		Calls: []report.Goroutine{put}, Others: []report.Goroutine{started(goes(2, "select", 61, "sweep"), 20)}}})
	want := []string{
		"Put waits to lock a mutex [sync.Mutex.Lock] at boundedqueue.go:31",
		"  started at boundedqueue_test.go:12",
		"  holds q.a since boundedqueue.go:30 and q.rw (for reading) since boundedqueue.go:29",
		"  wants q.b, which sweep holds since boundedqueue.go:60",
		"  wants q.rw, taken in Get (boundedqueue.go:70) by a goroutine that has ended",
		"a goroutine started at boundedqueue.go:20 waits for one of the cases of a select [select] at boundedqueue.go:61",
	}
	if got := strings.Join(f.evidence, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("evidence is\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestGoroutinesThatDoTheSameAreShownOnce(t *testing.T) {
	_, f := rule(report.Outcome{Stuck: &report.Stuck{Kind: report.AtRest,
		Calls: []report.Goroutine{
			started(goes(1, "select", 85, "Get"), 12), goes(2, "select", 86, "Get"), started(goes(3, "select", 85, "Get"), 12),
		}}})
	want := []string{
		"2 goroutines alike: Get waits for one of the cases of a select [select] at boundedqueue.go:85",
		"  started at boundedqueue.go:12",
		"Get waits for one of the cases of a select [select] at boundedqueue.go:86",
	}
	if got := strings.Join(f.evidence, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("evidence is\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestWhoSpinsIsNamedBeforeWhoWaits(t *testing.T) {
	for _, test := range []struct {
		why           string
		calls, others []report.Goroutine
		says          string
	}{
		{"a call spins, another waits for its lock",
			[]report.Goroutine{wanting(goes(2, mutex, 60, "Get"), taking("mu", 1, 30)), goes(1, "runnable", 31, "Put")}, nil,
			"Put (boundedqueue.go:31) had not come back when the processor time of the spec ran out, after 20s: it was running. Get (boundedqueue.go:60) waits for the lock q.mu, which Put holds since boundedqueue.go:30, and Put is running (boundedqueue.go:31)."},
		{"a goroutine of the answer's spins, and the call waits",
			[]report.Goroutine{goes(2, "chan receive", 60, "Get")}, []report.Goroutine{goes(1, "running", 31, "poll")},
			"poll (boundedqueue.go:31), which the answer started, still was running when the processor time of the spec ran out, after 20s. Meanwhile Get (boundedqueue.go:60) waits to receive from a channel."},
		{"whoever spun was not seen",
			[]report.Goroutine{goes(2, "chan receive", 60, "Get")}, nil,
			"Get (boundedqueue.go:60) had not come back when the processor time of the spec ran out, after 20s: it was waiting to receive from a channel."},
		{"nor did it need to be: a lock is the reason",
			[]report.Goroutine{wanting(goes(1, mutex, 31, "Put"), taking("mu", 1, 28))}, []report.Goroutine{goes(2, "select", 50, "tick")},
			"Put (boundedqueue.go:31) waits for the lock q.mu, which it has held itself since boundedqueue.go:28: a Go lock cannot be taken twice, not even by its holder. The processor time of the spec ran out, after 20s."},
		{"and nobody of the answer's is there", nil, nil, "The processor time of the spec ran out, after 20s."},
	} {
		_, f := rule(report.Outcome{Stuck: &report.Stuck{Kind: report.CPUBudget, After: 20 * time.Second, Calls: test.calls, Others: test.others}})
		if f.summary != test.says {
			t.Errorf("%s:\n  %s\nwant\n  %s", test.why, f.summary, test.says)
		}
	}
}
