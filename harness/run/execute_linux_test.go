package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/attest/secret"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// trial is an execution of this binary for specs.
func trial(t *testing.T, kata string, specs ...string) *execution {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &execution{
		work:  t.TempDir(),
		built: &built{binary: self, holds: []string{kata}},
		answer: source.Answer{Kata: "sync/lock", Files: map[string][]byte{
			"lock.go": []byte("package lock\n\nfunc Lock() {\n\tos.Exit(0)\n\tos.Open(\"x\")\n}\n"),
		}},
		job: Job{Kata: kata, Specs: specs, Limits: report.Limits{SpecWall: 10 * time.Minute, Output: 64 << 10, Memory: report.DefaultLimits.Memory}},
	}
}

// once returns the outcomes of the first round.
func (e *execution) once(ctx context.Context) map[string]report.Outcome {
	for _, run := range e.run(ctx) {
		return run.Outcomes
	}
	return nil
}

// at is where the answer of a trial calls something.
func at(line int) []report.Location {
	return []report.Location{{File: "katas/sync/lock/lock.go", Line: line, Function: "Lock"}}
}

func exited(exit report.Exit) report.Outcome { return report.Outcome{Exit: &exit} }

func TestEachSpecGetsItsOwnOutcome(t *testing.T) {
	dead := int(unix.SIGKILL)
	for _, c := range []struct {
		why, spec string
		want      report.Outcome
	}{
		{"as the process told it", "pass", report.Outcome{Finished: true}},
		{"with all that belongs to it", "fail expected 1", report.Outcome{Finished: true, Failure: &report.Failure{Kind: report.Assertion, Message: "expected 1"}}},
		{"a leak that the kernel shows without a stack: the source tells a line", "leak fd", report.Outcome{Finished: true, Leaks: []report.Leak{{Kind: report.LeakDescriptor, Where: at(5)}}}},
		{"stuck", "stuck", report.Outcome{Stuck: &report.Stuck{Kind: report.AtRest}}},
		{"an exit with status 0 is no pass", "exit 0", exited(report.Exit{Where: at(4)})},
		{"nor is another", "exit 3", exited(report.Exit{Code: 3, Where: at(4)})},
		{"what the process printed before it ended itself is not the runtime's word", "says", exited(report.Exit{Code: 1, Where: at(4)})},
		{"a panic has its place in the trace", "panic", exited(report.Exit{Code: 2, Message: "panic: no room left", Where: []report.Location{{File: "katas/sync/lock/lock.go", Line: 11, Function: "panicInAnswer"}}})},
		{"a signal by its name", "signal " + strconv.Itoa(dead), exited(report.Exit{Code: -1, Signal: "SIGKILL"})},
		{"a flood is ended by us", "flood", exited(report.Exit{Code: -1, Killed: "output"})},
		{"on the other stream, too", "scream", exited(report.Exit{Code: -1, Killed: "output"})},
		{"memory that was had between two looks of the sandbox counts", "peak", exited(report.Exit{Code: -1, Killed: "memory"})},
		{"a forged event ends the process", "forge", exited(report.Exit{Code: -1, Killed: "forged"})},
	} {
		t.Run(c.spec, func(t *testing.T) {
			// Specs before and after must not suffer.
			before, after := "pass before", "fail after"
			got := trial(t, "lock", before, c.spec, after).once(t.Context())
			if len(got) != 3 || !got[before].Finished || got[before].Exit != nil || !got[after].Finished || got[after].Failure == nil {
				t.Errorf("%s: the others got %+v and %+v", c.why, got[before], got[after])
			}
			seen := got[c.spec]
			if exit := seen.Exit; exit != nil && strings.HasPrefix(exit.Message, "panic: no room left") {
				exit.Message, exit.Where = "panic: no room left", exit.Where[:1]
			}
			if exit := seen.Exit; exit != nil && exit.Killed != "" {
				exit.Where = nil // see below
			}
			if fmt.Sprintf("%+v", plain(seen)) != fmt.Sprintf("%+v", plain(c.want)) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", c.why, plain(seen), plain(c.want))
			}
		})
	}
}

func TestProcessThatWeEndedHasNoSuspects(t *testing.T) {
	for _, deed := range []string{"flood", "forge"} {
		if got := trial(t, "lock", deed).once(t.Context())[deed]; got.Exit == nil || len(got.Exit.Where) != 0 {
			t.Errorf("%s: %+v", deed, got.Exit)
		}
	}
}

// plain shows what pointers point to.
func plain(o report.Outcome) []any {
	all := []any{o.Finished, o.Fault, o.Leaks}
	if o.Exit != nil {
		all = append(all, *o.Exit)
	}
	if o.Failure != nil {
		all = append(all, *o.Failure)
	}
	if o.Stuck != nil {
		all = append(all, *o.Stuck)
	}
	return all
}

func TestNoSpecPassesInSilence(t *testing.T) {
	for _, c := range []struct {
		why, kata string
		specs     []string
		fault     bool // ours
	}{
		{"package initialisation ended the process", "early", []string{"pass", "pass 2"}, false},
		{"the binary has no such spec", "lock", []string{"missing"}, true},
		{"an end is told for another spec than the one that runs", "lock", []string{"another pass", "pass"}, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			got := trial(t, c.kata, c.specs...).once(t.Context())
			for _, id := range c.specs {
				if seen, ok := got[id]; !ok || seen.Finished || (seen.Fault != "") != c.fault || !c.fault && seen.Exit == nil {
					t.Errorf("%s: %+v", id, seen)
				}
			}
		})
	}
}

func TestOutcomesOfTheSpecsThatWereAskedForOnly(t *testing.T) {
	got := trial(t, "lock", "pass 1", "exit 1", "pass 2", "exit 2", "exit 3", "pass 3").once(t.Context())
	want := []string{"exit 1", "exit 2", "exit 3", "pass 1", "pass 2", "pass 3"}
	if ids := slices.Sorted(maps.Keys(got)); !slices.Equal(ids, want) {
		t.Errorf("outcomes of %q", ids)
	}
}

// A submission learns nothing of the machine that it doesn't need.
func TestProcessHasAnEmptyEnvironment(t *testing.T) {
	t.Setenv("DOJO_TEST_TOKEN", "of the CI system")
	e := trial(t, "lock", "tell")
	told := e.once(t.Context())["tell"].Fault
	lines := strings.Split(told, "\n")
	if want := "in " + e.work; !strings.Contains(lines[0], want) || !strings.HasPrefix(lines[0], e.work) || !strings.HasSuffix(lines[0], "with 0") {
		t.Errorf("%q: want its own temporary folder and an empty one to work in, in %s", lines[0], e.work)
	}
	for _, variable := range lines[1:] {
		name, _, _ := strings.Cut(variable, "=")
		if !slices.Contains([]string{"PATH", "HOME", "TMPDIR", "LANG", "GOTRACEBACK", "GORACE", "PWD"}, name) {
			t.Errorf("it can read %s", variable)
		}
	}
	if strings.Contains(told, secret.Variable) {
		t.Errorf("it can read %s", secret.Variable)
	}
	if left, err := os.ReadDir(e.work); err != nil || len(left) != 0 {
		t.Errorf("left in the work folder: %v, %v", left, err)
	}
}

func TestDaemonOfASpecIsSweptUp(t *testing.T) {
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip("there is no setsid here")
	}
	file := filepath.Join(t.TempDir(), "pid")
	id := "daemon " + file
	if got := trial(t, "lock", id).once(t.Context()); got[id].Exit == nil {
		t.Errorf("%+v", got)
	}
	assertGone(t, file)
}

// assertGone fails unless the process whose number stands in a file has ended.
func assertGone(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(pid, 0); !errors.Is(err, unix.ESRCH) {
		t.Errorf("process %d is still there: %v", pid, err)
		unix.Kill(pid, unix.SIGKILL)
	}
}

func TestCancelledGradingEndsItsProcess(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan map[string]report.Outcome)
	go func() { ended <- trial(t, "lock", "pass", "wait "+fifo, "pass 2").once(ctx) }()
	pid, err := os.ReadFile(fifo) // until the spec runs
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	got := <-ended
	if got["pass 2"].Finished || got["wait "+fifo].Finished {
		t.Errorf("%+v", got)
	}
	file := filepath.Join(t.TempDir(), "pid")
	if err := os.WriteFile(file, pid, 0o600); err != nil {
		t.Fatal(err)
	}
	assertGone(t, file)
}

func TestASpecIsRunForRoundsUntilItFails(t *testing.T) {
	const exits, fails, passes = "later exit in round 2", "later fail in round 1", "pass"
	e := trial(t, "lock", exits, fails, passes)
	e.seed, e.rounds = 7001, 4
	var got []string
	for n, run := range e.run(t.Context()) {
		if run.Seed != 7001+uint64(n) {
			t.Errorf("round %d has seed %d", n, run.Seed)
		}
		for _, id := range []string{exits, fails, passes} {
			if outcome, there := run.Outcomes[id]; there {
				got = append(got, fmt.Sprint(n, " ", id, " clean: ", outcome.Clean()))
			}
		}
	}
	want := []string{
		"0 " + exits + " clean: true", "0 " + fails + " clean: true", "0 pass clean: true",
		"1 " + exits + " clean: true", "1 " + fails + " clean: false", "1 pass clean: true",
		"2 " + exits + " clean: false", "2 pass clean: true",
		"3 pass clean: true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// What all katas may take together ends the process that is at it, and costs those
// after it their run, with a word on why.
func TestAnAllowanceIsForAll(t *testing.T) {
	late := trial(t, "lock", "pass")
	late.meter = newMeter(Allowance{CPU: time.Second})
	late.meter.took(time.Second)
	if got := late.once(t.Context())["pass"]; !strings.Contains(got.NotRun, "1s of processor time") || got.Clean() {
		t.Errorf("after the allowance: %+v", got)
	}

	long := trial(t, "lock", "pass", "wait", "pass after")
	long.meter = newMeter(Allowance{Wall: 2 * time.Second})
	got := long.once(t.Context())
	if exit := got["wait"].Exit; exit == nil || exit.Killed != "wall" {
		t.Errorf("at its end: %+v", got["wait"])
	}
	if !strings.Contains(got["pass after"].NotRun, "2s") {
		t.Errorf("after its end: %+v", got["pass after"])
	}

	again := trial(t, "lock", "pass", "later wait in round 2")
	again.meter = newMeter(Allowance{Wall: 2 * time.Second})
	again.options.Repeat = 5
	for n, run := range again.repeat(t.Context()) {
		for id, outcome := range run.Outcomes {
			if !outcome.Clean() {
				t.Errorf("run %d of %s is charged: %+v", n, id, outcome)
			}
		}
	}

	m := newMeter(Allowance{CPU: time.Minute})
	m.took(59 * time.Second)
	if left := m.within(report.Limits{CPU: time.Hour}).CPU; left != time.Second {
		t.Errorf("%v are left for the next", left)
	}
}
