package pulse_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/pulse"
)

// TestMain plays a child process whose main thread is blocked while another one
// computes.
func TestMain(m *testing.M) {
	if os.Getenv("DOJO_TEST_ROLE") != "second thread spins" {
		os.Exit(m.Run())
	}
	runtime.LockOSThread()
	go func() {
		os.Stdout.WriteString("up\n")
		for {
		}
	}()
	unix.Read(0, make([]byte, 1))
}

// child starts a process, in a group of its own that is killed after the test,
// and returns once it has printed a line.
func child(t *testing.T, name string, arguments ...string) int {
	t.Helper()
	command := exec.Command(name, arguments...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Env = append(os.Environ(), "DOJO_TEST_ROLE=second thread spins")
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	pid := command.Process.Pid
	t.Cleanup(func() {
		unix.Kill(-pid, unix.SIGKILL)
		stdin.Close()
		command.Wait()
	})
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || line != "up\n" {
		t.Fatalf("the child said %q, %v", line, err)
	}
	return pid
}

// shell is child with a script. It ends by itself after some CPU time, should
// nobody be left to kill it.
func shell(t *testing.T, script string) int {
	t.Helper()
	return child(t, "sh", "-c", "ulimit -t 60; "+script)
}

func TestNoRestWhileAChildComputes(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why   string
		start func(t *testing.T)
	}{
		{"a child", func(t *testing.T) { shell(t, "echo up; while :; do :; done") }},
		{"a child's child, while the child waits", func(t *testing.T) { shell(t, "(echo up; while :; do :; done) & wait") }},
		{"a child's second thread, while the first is blocked", func(t *testing.T) { child(t, self) }},
	} {
		t.Run(c.why, func(t *testing.T) {
			c.start(t)
			if !stirs(t) {
				t.Error("it was taken to be at rest")
			}
		})
	}
}

func TestRestAboveChildrenThatWait(t *testing.T) {
	for _, c := range []struct{ why, script string }{
		{"it reads", "echo up; read line"},
		{"its child sleeps", "sleep 1000 & echo up; wait"},
		{"it was stopped, as by Ctrl-Z", "echo up; kill -STOP $$"},
		{"it has ended, and is a zombie", "echo up"},
	} {
		t.Run(c.why, func(t *testing.T) {
			shell(t, c.script)
			if !rests(t) {
				t.Error("it was taken to be at work")
			}
		})
	}
}

func TestFamily(t *testing.T) {
	parent := shell(t, "sleep 1000 & echo up; wait")
	children := pulse.Children(parent)
	if len(children) != 1 {
		t.Fatalf("the child's children are %v", children)
	}
	if own := pulse.Children(os.Getpid()); !slices.Contains(own, parent) || slices.Contains(own, children[0]) {
		t.Errorf("our children are %v, not %d alone", own, parent)
	}
	all := pulse.Descendants()
	if above, below := slices.Index(all, parent), slices.Index(all, children[0]); above < 0 || below < above {
		t.Errorf("descendants %v: want %d and then %d", all, parent, children[0])
	}
	if gone := pulse.Children(1 << 30); gone != nil {
		t.Errorf("a process that isn't there has children %v", gone)
	}
}

func TestMemoryOfTheFamily(t *testing.T) {
	const held = 32_000_000
	before := pulse.Family()
	shell(t, "(x=$(head -c 32000000 /dev/zero | tr '\\0' x); echo up; read line)")
	if got := pulse.Family() - before; got < held || got > 8*held {
		t.Errorf("the child's child holds %d bytes, and %d were seen", held, got)
	}
}

// Children are the process's, whichever of its threads has started them.
func TestChildOfAnotherThread(t *testing.T) {
	type family struct{ thread, child int }
	families := make(chan family)
	over := make(chan struct{})
	defer close(over)
	go func() {
		// Never unlocked, so that the thread ends with the goroutine.
		runtime.LockOSThread()
		command := exec.Command("sleep", "1000")
		if command.Start() != nil {
			close(families)
			return
		}
		families <- family{unix.Gettid(), command.Process.Pid}
		<-over
		command.Process.Kill()
		command.Wait()
	}()
	f, ok := <-families
	if !ok {
		t.Fatal("can't start sleep")
	}
	if f.thread == os.Getpid() {
		t.Log("it was the main thread after all")
	}
	if own := pulse.Children(os.Getpid()); !slices.Contains(own, f.child) {
		t.Errorf("our children are %v, without %d", own, f.child)
	}
}

// A command may bear any name, and /proc/pid/stat shows it between brackets.
func TestStatOfACommandWithBrackets(t *testing.T) {
	script := filepath.Join(t.TempDir(), "a) R 1 (b")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho up\nread line\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	pid := child(t, script)
	fields := pulse.Stat(pid)
	if len(fields) <= pulse.StatExit || fields[pulse.StatParent] != strconv.Itoa(os.Getpid()) {
		t.Fatalf("%q", fields)
	}
	if !rests(t) {
		t.Error("its name was taken for its state")
	}
}

// during returns what CPU is counted from before f until after it. Both looks
// must be on one thread, because its own time is taken off.
func during(f func()) (spent time.Duration) {
	pulse.Locked(func() {
		before := pulse.Look().CPU
		f()
		spent = pulse.Look().CPU - before
	})
	return spent
}

// burn is a script that computes for a while.
const burn = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"

// The kernel counts a child's time in hundredths of a second.
const leastSpent = 10 * time.Millisecond

func TestLookCountsWhatAChildSpends(t *testing.T) {
	if spent := during(func() { shell(t, burn+"; echo up; read line") }); spent < leastSpent {
		t.Errorf("it spent %v", spent)
	}
}

// What a child has spent must neither vanish when it ends nor come back all at
// once when somebody waits for it: the answer that does would seem busy.
func TestLookCountsWhatAZombieSpent(t *testing.T) {
	spent := during(func() {
		pid := shell(t, burn+"; echo up")
		for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
		}
	})
	if spent < leastSpent {
		t.Errorf("it spent %v", spent)
	}
}

func TestLookCountsWhatAChildSpentThatWasWaitedFor(t *testing.T) {
	spent := during(func() {
		if err := exec.Command("sh", "-c", burn).Run(); err != nil {
			t.Error(err)
		}
	})
	if spent < leastSpent {
		t.Errorf("it spent %v", spent)
	}
}

// A look must not convict the process of what looking costs.
func TestLookDoesNotCountItsOwnThread(t *testing.T) {
	const spent = 400 * time.Millisecond
	pulse.Locked(func() {
		before, own := pulse.Look().CPU, threadCPU(t)
		for threadCPU(t)-own < spent {
		}
		if counted := pulse.Look().CPU - before; counted > spent/2 {
			t.Errorf("of %v that this thread spent, %v were counted", spent, counted)
		}
	})
}

func threadCPU(t *testing.T) time.Duration {
	t.Helper()
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func TestLookCountsWhatGrandchildrenSpent(t *testing.T) {
	var pid int
	spent := during(func() { pid = shell(t, "("+burn+"); echo up; read line") })
	const cutime = 13
	fields := pulse.Stat(pid)
	user, _ := strconv.Atoi(fields[cutime])
	system, _ := strconv.Atoi(fields[cutime+1])
	below := time.Duration(user+system) * time.Second / 100
	// Half of it, since ticks and what is taken off for looking are rough.
	if below == 0 || spent < below/2 {
		t.Errorf("counted %v, while the child's child alone spent %v", spent, below)
	}
}
