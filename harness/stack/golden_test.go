package stack_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// The files in testdata were printed by programs that Go 1.26.8 built from a
// racy queue, its specs in the specs folder and a main that calls them: once
// with -trimpath, and once without, in /home/lena/src/dojo.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func inAnswer(line int, function string) report.Location {
	return report.Location{File: answerTxt, Line: line, Function: function}
}

func inSpec(line int, function string) report.Location {
	return report.Location{File: specTxt, Line: line, Function: function}
}

func TestCrashTrace(t *testing.T) {
	for _, c := range []struct {
		why, file string
		blamed    uint64
		all       int
	}{
		{"GOTRACEBACK=system shows threads, frame pointers and the runtime's own goroutines", "crash-trimmed.txt", 21, 8},
		{"GOTRACEBACK=all, absolute paths", "crash-absolute.txt", 21, 3},
	} {
		t.Run(c.why, func(t *testing.T) {
			all := stack.Parse([]byte(read(t, c.file)))
			if len(all) != c.all {
				t.Fatalf("%d goroutines, want %d: %+v", len(all), c.all, all)
			}
			closer := all[0].Report()
			if closer.ID != c.blamed || closer.State != "running" ||
				!reflect.DeepEqual(closer.Where, []report.Location{inAnswer(46, "(*Queue).Close")}) || closer.Born != inSpec(30, "init.func2") {
				t.Errorf("the goroutine that panicked: %+v", closer)
			}
			if spec := all[1].Report(); spec.ID != 1 || len(spec.Where) != 0 || spec.Born != (report.Location{}) {
				t.Errorf("the main goroutine, which is not in the answer: %+v", spec)
			}
			watcher := all[len(all)-1].Report()
			if !reflect.DeepEqual(watcher.Where, []report.Location{inAnswer(35, "(*Queue).Watch.func1")}) || watcher.Born != inAnswer(35, "(*Queue).Watch") {
				t.Errorf("the goroutine that the answer started: %+v", watcher)
			}
		})
	}
}

var racyQueue = []report.Race{
	{
		First:  report.Access{Operation: "write", Where: []report.Location{inAnswer(26, "(*Queue).Put")}, Born: inSpec(14, "init.func1")},
		Second: report.Access{Operation: "read", Where: []report.Location{inAnswer(30, "(*Queue).Len")}, Born: inSpec(15, "init.func1")},
	},
	{ // The main goroutine was not born; the other's birth is in the answer.
		First:  report.Access{Operation: "read", Where: []report.Location{inAnswer(35, "(*Queue).Watch.func1")}, Born: inAnswer(35, "(*Queue).Watch")},
		Second: report.Access{Operation: "write", Where: []report.Location{inAnswer(26, "(*Queue).Put")}},
	},
	{ // Of an atomic operation, the detector keeps no frame of the caller's.
		First:  report.Access{Operation: "write", Through: "sync/atomic.AddInt64", Born: inSpec(21, "init.func1")},
		Second: report.Access{Operation: "read", Where: []report.Location{inAnswer(50, "(*Queue).Peek")}},
	},
}

func TestRaces(t *testing.T) {
	for _, c := range []struct{ why, file string }{
		{"as the graded binary logs them", "race-trimmed.txt"},
		{"as plain go test -race prints them", "race-absolute.txt"},
	} {
		t.Run(c.why, func(t *testing.T) {
			got := stack.Races(read(t, c.file))
			if len(got) != len(racyQueue) {
				t.Fatalf("%d races, want %d", len(got), len(racyQueue))
			}
			for i := range got {
				if !reflect.DeepEqual(got[i], racyQueue[i]) {
					t.Errorf("race %d:\n%+v\nwant\n%+v", i, got[i], racyQueue[i])
				}
			}
		})
	}
}

func TestRaceReportsThatAreHardToRead(t *testing.T) {
	const put = "  " + project + "katas/sync/boundedqueue.(*Queue[go.shape.int]).Put()\n      " + project + answerTxt + ":26 +0x1a6\n"
	where := []report.Location{inAnswer(26, "(*Queue).Put")}
	for _, c := range []struct {
		why, log string
		want     report.Race
	}{
		{"the detector forgets old stacks",
			"Write at 0x00c1 by goroutine 8:\n" + put + "\nPrevious write at 0x00c1 by goroutine 9:\n  [failed to restore the stack]\n",
			report.Race{First: report.Access{Operation: "write", Where: where}, Second: report.Access{Operation: "write"}}},
		{"atomic accesses have a name of their own",
			"Read at 0x00c1 by main goroutine:\n" + put + "\nPrevious atomic write at 0x00c1 by goroutine 9:\n" + put,
			report.Race{First: report.Access{Operation: "read", Where: where}, Second: report.Access{Operation: "atomic write", Where: where}}},
		{"a map is touched by the runtime, for the answer",
			"Write at 0x00c1 by goroutine 8:\n  runtime.mapassign_faststr()\n      runtime/map.go:1 +0x1\n" + put + "\nPrevious read at 0x00c1 by goroutine 9:\n" + put,
			report.Race{First: report.Access{Operation: "write", Where: where, Through: "runtime.mapassign_faststr"}, Second: report.Access{Operation: "read", Where: where}}},
		{"a report that was cut off still says that there was a race",
			"Write at 0x00c1 by goroutine 8:\n" + put,
			report.Race{First: report.Access{Operation: "write", Where: where}}},
		{"even right after its first line", "", report.Race{}},
	} {
		t.Run(c.why, func(t *testing.T) {
			got := stack.Races("==================\nWARNING: DATA RACE\n" + c.log)
			if len(got) != 1 || !reflect.DeepEqual(got[0], c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

func TestNoRaces(t *testing.T) {
	for _, log := range []string{"", "==================\n==================\n", "nothing to see\n"} {
		if got := stack.Races(log); len(got) != 0 {
			t.Errorf("%q: %+v", log, got)
		}
	}
}

// A process may be killed while it writes: wherever a log ends, reading it must
// neither panic nor lose the reports before.
func TestRacesInALogThatEndsAnywhere(t *testing.T) {
	log := read(t, "race-trimmed.txt")
	for cut := 0; cut < len(log); cut += 7 {
		want := strings.Count(log[:cut], "WARNING: DATA RACE")
		if got := stack.Races(log[:cut]); len(got) != want {
			t.Fatalf("cut at byte %d: %d races, want %d", cut, len(got), want)
		}
	}
}
