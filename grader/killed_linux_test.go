package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/pulse"
)

// TestAKilledGraderLeavesNothingRunning kills the grader at moments that nobody chose:
// while it builds, starts, runs or sums up. This process becomes the parent of
// whatever survives it. A go command that is compiling our own tree may come to its
// end; what it compiled is never started.
func TestAKilledGraderLeavesNothingRunning(t *testing.T) {
	if testing.Short() {
		t.Skip("runs katas")
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	defer unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
	const times = 20
	// How long a grading takes here decides what moments there are.
	grade := func() *exec.Cmd {
		command := exec.Command("dojo", "grade", "reaper", "boundedqueue", "--solutions", "--repeat", "2")
		command.Dir = ".."
		return command
	}
	began := time.Now()
	if output, err := grade().CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	whole := time.Since(began)
	for range times {
		command := grade()
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		moment := rand.N(whole)
		time.Sleep(moment)
		command.Process.Kill()
		command.Wait()
		for dead := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			left := pulse.Children(os.Getpid())
			for _, pid := range left {
				unix.Wait4(pid, nil, unix.WNOHANG, nil)
			}
			if len(left) == 0 {
				break
			}
			if time.Since(dead) > 2*time.Minute {
				for _, pid := range left {
					line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
					t.Logf("%d %q", pid, line)
				}
				t.Fatalf("%v after it began, the grader was killed, and these outlived it: %v", moment, left)
			}
		}
	}
}
