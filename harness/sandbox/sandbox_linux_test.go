package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
)

// each runs a test on every rung that this machine offers.
func each(t *testing.T, test func(t *testing.T, s *sandbox.Sandbox)) {
	for _, step := range sandbox.Ladder() {
		t.Run(step.Rung.String(), func(t *testing.T) {
			if step.Lacks != "" {
				t.Skipf("%s (%s)", step.Lacks, step.Fix)
			}
			s, err := sandbox.On(step.Rung)
			if err != nil {
				t.Fatal(err)
			}
			test(t, s)
		})
	}
}

// run runs a command to its end and returns what it printed.
func run(t *testing.T, s *sandbox.Sandbox, c sandbox.Command) (sandbox.Ended, string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if c.Path == "" {
		c.Path = self
	}
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	c.Places = s.Places(t.TempDir())
	c.Environment = []string{"PATH=/usr/bin:/bin", "TMPDIR=" + c.Places.Temp}
	// Far longer than anything here takes on any machine.
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	ended, err := s.Run(ctx, c)
	if err != nil {
		t.Fatalf("%v\n%s", err, output.String())
	}
	return ended, output.String()
}

func deed(name string, arguments ...string) sandbox.Command {
	return sandbox.Command{Arguments: append([]string{"deed", name}, arguments...), Limits: limits}
}

var limits = report.Limits{CPU: time.Minute, Memory: 256 << 20, Processes: 300, Files: 1024, FileSize: 64 << 20, Disk: 32 << 20}

func TestAProgramEndsAsItEnds(t *testing.T) {
	each(t, func(t *testing.T, s *sandbox.Sandbox) {
		for _, c := range []struct {
			script, output string
			want           sandbox.Ended
		}{
			{"echo hello; exit 3", "hello\n", sandbox.Ended{Code: 3}},
			{"kill -SEGV $$", "", sandbox.Ended{Code: -1, Signal: "SIGSEGV"}},
			{"kill -KILL $$", "", sandbox.Ended{Code: -1, Signal: "SIGKILL"}},
			{"read line; echo $?; echo $0 >&2", "1\n", sandbox.Ended{}},
			// What it leaves running ends with it, though it holds the output.
			{"sleep 600 & echo on", "on\n", sandbox.Ended{}},
			{"echo >$TMPDIR/a; echo >b; ls; ls $TMPDIR", "b\na\n", sandbox.Ended{}},
		} {
			ended, output := run(t, s, sandbox.Command{Path: "/bin/sh", Arguments: []string{"-c", c.script}, Limits: limits})
			if ended.CPU, ended.Memory = 0, 0; ended != c.want || !strings.HasPrefix(output, c.output) {
				t.Errorf("%s: %+v, %q", c.script, ended, output)
			}
		}
	})
}

// walls are what a deed breaks through where the rung lacks that wall.
func TestWallsHold(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("answers"), 0o644); err != nil {
		t.Fatal(err)
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	abstract, err := net.Listen("unix", fmt.Sprintf("@dojo-test-%d", os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	defer abstract.Close()
	kept, err := os.Open(secret)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	// As a careless caller leaves it.
	if _, err := unix.FcntlInt(kept.Fd(), unix.F_SETFD, 0); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SECRET_TOKEN", "x")
	home, _ := os.UserHomeDir()
	each(t, func(t *testing.T, s *sandbox.Sandbox) {
		for _, c := range []struct {
			wall    string
			command sandbox.Command
		}{
			{"filesystem", deed("read", secret, home, "/root", "/home", "/proc/1/root/etc")},
			{"filesystem", deed("write", "/x", "/usr/bin/x", "/etc/passwd", "/run/x", filepath.Join(filepath.Dir(secret), "x"))},
			{"network", deed("dial", "tcp:"+tcp.Addr().String(), "unix:"+abstract.Addr().String())},
			{"system calls", deed("files")},
			{"system calls", deed("calls")},
			{"system calls", deed("limits")},
			{"processes", deed("pid 1")},
		} {
			if slices.Contains(s.Rung.Missing(), c.wall) {
				continue
			}
			ended, output := run(t, s, c.command)
			if strings.Contains(output, "BREACH") || ended.Code != 0 {
				t.Errorf("%v: %+v, %s", c.command.Arguments, ended, output)
			}
		}
	})
}

// An end from outside says which limit it was.
func TestLimitsHold(t *testing.T) {
	each(t, func(t *testing.T, s *sandbox.Sandbox) {
		if s.Rung == sandbox.None {
			t.Skip("there are none")
		}
		brief := deed("spin")
		brief.Limits.CPU = time.Second
		for _, c := range []struct {
			command sandbox.Command
			killed  sandbox.Killed
		}{
			{deed("heap"), sandbox.KilledMemory},
			{deed("shared"), sandbox.KilledMemory},
			{deed("crowd"), sandbox.KilledMemory},
			{deed("threads"), sandbox.KilledProcesses},
			{deed("forks"), sandbox.KilledProcesses},
			{brief, sandbox.KilledCPU},
			{deed("stop"), sandbox.KilledStopped},
		} {
			ended, output := run(t, s, c.command)
			if c.killed == sandbox.KilledProcesses && (strings.Contains(output, "pthread_create failed") || strings.Contains(output, "newosproc")) {
				continue // the runtime was told so by the kernel first
			}
			if ended.Killed != c.killed {
				t.Errorf("%v: %+v, %.500s", c.command.Arguments, ended, output)
			}
		}
		for _, name := range []string{"sparse", "open"} {
			if ended, output := run(t, s, deed(name)); strings.Contains(output, "BREACH") {
				t.Errorf("%s: %+v, %s", name, ended, output)
			}
		}
		if ended, output := run(t, s, deed("many")); strings.Contains(output, "BREACH") && !slices.Contains(s.Rung.Missing(), "number of files") {
			t.Errorf("many: %+v, %s", ended, output)
		}
	})
}

// Between vfork(2) and execve(2), a process has all memory in common with its parent.
func TestMemoryInCommonCountsOnce(t *testing.T) {
	each(t, func(t *testing.T, s *sandbox.Sandbox) {
		if ended, output := run(t, s, deed("starts")); output != "started all\n" || ended.Killed != "" {
			t.Errorf("%+v, %s", ended, output)
		}
	})
}

// alive returns the processes that have the mark among their arguments.
func alive(mark string) (pids []string) {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, line := range lines {
		if text, _ := os.ReadFile(line); bytes.Contains(text, []byte(mark)) && !bytes.Contains(text, []byte("parent")) {
			pids = append(pids, strings.Split(line, "/")[2])
		}
	}
	return pids
}

func TestNothingOutlivesAProgram(t *testing.T) {
	each(t, func(t *testing.T, s *sandbox.Sandbox) {
		mark := fmt.Sprintf("mark-%s-%d", s.Rung, os.Getpid())
		ended, output := run(t, s, deed("daemon", mark))
		if output != "left\n" || ended.Code != 0 {
			t.Errorf("%+v, %q", ended, output)
		}
		if left := alive(mark); len(left) > 0 {
			t.Errorf("%v still live", left)
		}
	})
}

func TestAnEndOfTheContextEndsAll(t *testing.T) {
	each(t, func(t *testing.T, s *sandbox.Sandbox) {
		mark := fmt.Sprintf("context-%s-%d", s.Rung, os.Getpid())
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		self, _ := os.Executable()
		over := make(chan error)
		go func() {
			_, err := s.Run(ctx, sandbox.Command{Path: self, Arguments: []string{"deed", "sleep", mark}, Places: s.Places(t.TempDir()), Limits: limits})
			over <- err
		}()
		for len(alive(mark)) == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
		if err := <-over; err != context.Canceled {
			t.Error(err)
		}
		if left := alive(mark); len(left) > 0 {
			t.Errorf("%v still live", left)
		}
	})
}

func init() {
	// A grader, to be killed while a program runs.
	deeds["parent"] = func(arguments []string) string {
		rung, _ := sandbox.ParseRung(arguments[0])
		s, err := sandbox.On(rung)
		if err != nil {
			return err.Error()
		}
		self, _ := os.Executable()
		s.Run(context.Background(), sandbox.Command{
			Path: self, Arguments: []string{"deed", "daemon-and-sleep", arguments[1]}, Places: s.Places(arguments[2]), Limits: limits,
		})
		return ""
	}
	deeds["daemon-and-sleep"] = func(arguments []string) string {
		daemon(arguments)
		time.Sleep(10 * time.Minute)
		return ""
	}
}

// Whatever happens to the grader, nothing of a program's survives it.
func TestAKilledParentLeavesNoSurvivor(t *testing.T) {
	each(t, func(t *testing.T, s *sandbox.Sandbox) {
		if s.Rung == sandbox.None {
			t.Skip("the graded process itself looks for its parent there")
		}
		for n := range 5 {
			mark := fmt.Sprintf("orphan-%s-%d-%d", s.Rung, os.Getpid(), n)
			self, _ := os.Executable()
			parent := exec.Command(self, "deed", "parent", s.Rung.String(), mark, t.TempDir())
			if err := parent.Start(); err != nil {
				t.Fatal(err)
			}
			for len(alive(mark)) < n%3 { // 0: before anything runs
				time.Sleep(10 * time.Millisecond)
			}
			parent.Process.Kill()
			parent.Wait()
			for start := time.Now(); len(alive(mark)) > 0; time.Sleep(10 * time.Millisecond) {
				if time.Since(start) > time.Minute {
					t.Fatalf("%v still live", alive(mark))
				}
			}
		}
	})
}

func TestWhatIsShown(t *testing.T) {
	each(t, func(t *testing.T, s *sandbox.Sandbox) {
		if s.Rung == sandbox.None {
			t.Skip("everything is")
		}
		base := t.TempDir()
		var shown []sandbox.Shown
		for _, how := range []sandbox.How{sandbox.ReadOnly, sandbox.Writable} {
			folder := filepath.Join(base, string(how))
			if err := os.Mkdir(folder, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, "old"), []byte("old\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			shown = append(shown, sandbox.Shown{Path: folder, How: how})
		}
		script := `cd "$0"; for how in read-only writable; do cat $how/old; echo new 2>/dev/null >$how/old && echo $how; done`
		_, output := run(t, s, sandbox.Command{Path: "/bin/sh", Arguments: []string{"-c", script, base}, Shown: shown, AsCaller: true, Limits: limits})
		readOnly, _ := os.ReadFile(filepath.Join(base, "read-only", "old"))
		writable, _ := os.ReadFile(filepath.Join(base, "writable", "old"))
		if output != "old\nold\nwritable\n" || string(readOnly) != "old\n" || string(writable) != "new\n" {
			t.Errorf("it printed %q; on the host there are now %q and %q", output, readOnly, writable)
		}
	})
}
