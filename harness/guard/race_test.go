package guard_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/guard"
	"github.com/concurrency-dojo/dojo/harness/report"
)

// roleVariable makes the test binary race, which no test may.
const roleVariable, logVariable = "DOJO_TEST_ROLE", "DOJO_TEST_LOG"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		raceForReal(role)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// raceForReal runs three specs, of which the first and the last race, and prints
// what the guard saw of each.
func raceForReal(role string) {
	prefix := os.Getenv(logVariable)
	g := guard.New(guard.Options{Temp: os.TempDir(), RaceLog: prefix})
	var seen [3][]report.Race
	for i := range seen {
		g.Begin()
		if i != 1 {
			raceInAnswer()
		}
		if role == "tamper" {
			logs, _ := filepath.Glob(prefix + ".*")
			for _, log := range logs {
				os.Remove(log)
			}
		}
		seen[i], _, _ = g.End()
	}
	json.NewEncoder(os.Stdout).Encode(seen)
}

func TestRacesAreTheSpecsInWhichTheyHappen(t *testing.T) {
	if !guard.Races {
		t.Skip("this binary has no race detector: go test -race")
	}
	for _, c := range []struct {
		why, role string
		told      bool
	}{
		{"the same race in two specs is charged to both, and not to the one between", "honest", true},
		{"an answer that removes the log loses only the lines", "tamper", false},
	} {
		t.Run(c.why, func(t *testing.T) {
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			log := filepath.Join(t.TempDir(), "race")
			command := exec.CommandContext(t.Context(), self)
			command.Env = append(os.Environ(), roleVariable+"="+c.role, logVariable+"="+log,
				"GORACE=atexit_sleep_ms=0 exitcode=0 suppress_equal_stacks=0 suppress_equal_addresses=0 log_path="+log)
			output, err := command.CombinedOutput()
			var seen [3][]report.Race
			if err != nil || json.Unmarshal(output, &seen) != nil {
				t.Fatalf("%v: %s", err, output)
			}
			if len(seen[0]) == 0 || len(seen[1]) != 0 || len(seen[2]) == 0 {
				t.Fatalf("races by spec: %+v", seen)
			}
			if where := fmt.Sprint(seen[0][0].First.Where, seen[0][0].Second.Where); strings.Contains(where, "katas/sync/lock/lock.go") != c.told {
				t.Errorf("told: %s", where)
			}
		})
	}
}

// raceReport is one report as the detector logs it.
const raceReport = `==================
WARNING: DATA RACE
Write at 0x00c00006a0a0 by goroutine 8:
  github.com/concurrency-dojo/dojo/katas/sync/lock.(*Lock).Unlock()
      github.com/concurrency-dojo/dojo/katas/sync/lock/lock.go:26 +0x1a6

Previous read at 0x00c00006a0a0 by main goroutine:
  github.com/concurrency-dojo/dojo/katas/sync/lock.(*Lock).Lock()
      github.com/concurrency-dojo/dojo/katas/sync/lock/lock.go:30 +0x84
==================
`

// appendTo is how the detector writes: at the end, and never twice.
func appendTo(t *testing.T, log, text string) {
	t.Helper()
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func TestGrowthOfTheLogBelongsToTheSpec(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "race")
	g := guard.New(guard.Options{Temp: t.TempDir(), RaceLog: prefix})
	for i, c := range []struct {
		why    string
		writes func()
		want   int
	}{
		{"nobody has logged yet", func() {}, 0},
		{"two races", func() { appendTo(t, prefix+".17", raceReport+raceReport) }, 2},
		{"what stood there before is not this spec's", func() {}, 0},
		{"one more", func() { appendTo(t, prefix+".17", raceReport) }, 1},
		{"child processes have logs of their own", func() { appendTo(t, prefix+".18", raceReport); appendTo(t, prefix+".19", raceReport) }, 2},
		{"a log of somebody else", func() { appendTo(t, prefix+"r.18", raceReport) }, 0},
	} {
		g.Begin()
		c.writes()
		if races, _, _ := g.End(); len(races) != c.want {
			t.Errorf("spec %d, %s: %d races, want %d", i, c.why, len(races), c.want)
		}
	}
}

func TestLongLogBelongsToItsSpec(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "race")
	g := guard.New(guard.Options{Temp: t.TempDir(), RaceLog: prefix})
	g.Begin()
	appendTo(t, prefix+".17", strings.Repeat(raceReport, 3<<20/len(raceReport)))
	if races, _, _ := g.End(); len(races) == 0 || len(races) > 200 {
		t.Errorf("%d races in 3 MiB of them: want some, and not all", len(races))
	}
	g.Begin()
	if races, _, _ := g.End(); len(races) != 0 {
		t.Errorf("the next spec is charged with %d races", len(races))
	}
}

// racing keeps two goroutines apart by nothing: both write once each is there.
func racing(write func()) {
	var both, ended sync.WaitGroup
	both.Add(2)
	for range 2 {
		ended.Go(func() {
			both.Done()
			both.Wait()
			write()
		})
	}
	ended.Wait()
}
