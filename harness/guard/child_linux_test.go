package guard_test

import (
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/guard"
	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/report"
)

// fork starts a child that no os.Process watches over.
func (p place) fork(script string) (pid int) {
	p.Helper()
	shell, err := exec.LookPath("sh")
	p.must(err)
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	p.must(err)
	defer unix.Close(null)
	pid, err = syscall.ForkExec(shell, []string{"sh", "-c", script}, &syscall.ProcAttr{
		Env: os.Environ(), Files: []uintptr{uintptr(null), uintptr(null), uintptr(null)},
	})
	p.must(err)
	return pid
}

// wait waits for a child; flags may leave it a zombie.
func (p place) wait(pid, flags int) {
	p.Helper()
	for {
		if err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|flags, nil); err != unix.EINTR {
			p.must(err)
			return
		}
	}
}

func TestProcessLeaks(t *testing.T) {
	for _, c := range []leakCase{
		{"a child that runs on", report.LeakChild, ", sleep 1000, state S", 1, false, func(p place) func() {
			p.fork("exec sleep 1000")
			return nothing
		}},
		{"a child that was stopped", report.LeakChild, ", state T", 1, false, func(p place) func() {
			pid := p.fork("exec sleep 1000")
			p.must(unix.Kill(pid, unix.SIGSTOP))
			return nothing
		}},
		{"a child that has ended, for whose status nobody asked", report.LeakZombie, ", [sh], state Z (a zombie), exit status 3", 1, false, func(p place) func() {
			p.wait(p.fork("exit 3"), unix.WNOWAIT)
			return nothing
		}},
		{"a child that a signal has ended", report.LeakZombie, ", [sh], state Z (a zombie), ended by SIGTERM", 1, false, func(p place) func() {
			p.wait(p.fork("kill $$"), unix.WNOWAIT)
			return nothing
		}},
		{"three of them", report.LeakZombie, "(a zombie), exit status 3", 3, false, func(p place) func() {
			for range 3 {
				p.wait(p.fork("exit 3"), unix.WNOWAIT)
			}
			return nothing
		}},
		{"a daemon: its parent has gone, and it has left our session", report.LeakOrphan, ", sleep 1000, state S", 1, false, func(p place) func() {
			if _, err := exec.LookPath("setsid"); err != nil {
				p.Skip("there is no setsid here")
			}
			p.wait(p.fork("setsid sleep 1000 & exit 0"), 0)
			return nothing
		}},
		{"an orphan of our session", report.LeakOrphan, ", sleep 1000, state S", 1, false, func(p place) func() {
			p.wait(p.fork("sleep 1000 & exit 0"), 0)
			return nothing
		}},
	} {
		t.Run(c.why, c.check)
	}
}

// The handle of a process that was never waited for is a descriptor too.
func TestChildOfPackageExec(t *testing.T) {
	c := exec.Command("sleep", "1000")
	// A session of its own makes no orphan of a child whose parent is there.
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	g := guard.New(guard.Options{Temp: t.TempDir()})
	g.Begin()
	place{T: t}.must(c.Start())
	_, leaks, _ := g.End()
	c.Wait()
	found := map[report.LeakKind]int{}
	for _, leak := range leaks {
		found[leak.Kind]++
	}
	if found[report.LeakChild] != 1 || len(found) > 2 || len(found) == 2 && found[report.LeakDescriptor] != 1 {
		t.Errorf("leaks by kind: %v", found)
	}
}

func TestEndDescendantsLeavesNone(t *testing.T) {
	p := place{t, t.TempDir(), t.TempDir()}
	guard.New(guard.Options{Temp: p.temp})
	for range 3 {
		// A child that can't be asked to end, its child, and a daemon.
		p.fork("trap '' TERM HUP; sleep 1000 & (setsid sleep 1000 &); wait")
	}
	p.wait(p.fork("exit 0"), unix.WNOWAIT)
	guard.EndDescendants()
	if left := pulse.Descendants(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestHonestParents(t *testing.T) {
	for _, c := range []honestCase{
		{"50 children at once, waited for", func(p place) {
			var all sync.WaitGroup
			for range 50 {
				all.Go(func() {
					if err := exec.Command("true").Run(); err != nil {
						p.Error(err)
					}
				})
			}
			all.Wait()
		}},
		{"a child that is waited for by a goroutine, and computes when the spec ends", func(p place) {
			c := exec.Command("sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done")
			p.must(c.Start())
			go c.Wait()
		}},
		{"a pipeline", func(p place) {
			output, err := exec.Command("sh", "-c", "echo one | cat | cat").Output()
			if err != nil || string(output) != "one\n" {
				p.Errorf("%q, %v", output, err)
			}
		}},
	} {
		t.Run(c.why, c.check)
	}
}
