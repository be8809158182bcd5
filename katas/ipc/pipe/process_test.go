//go:build linux

package pipe_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/pipe"
)

// caller is a process that runs shell scripts in a pipeline without input and
// output.
var caller = spec.Child("pipe/caller", func(scripts []string) int {
	var stages [][]string
	for _, script := range scripts {
		stages = append(stages, shell(script))
	}
	exits, err := pipe.Run(context.Background(), nil, nil, stages...)
	if err != nil || !slices.Equal(exits, make([]pipe.Exit, len(stages))) {
		fmt.Fprintf(os.Stderr, "Run returned %v and the error %v\n", exits, err)
		return 1
	}
	return 0
})

// stubborn is a process that ignores the signals by which one asks a process to
// end, as its children therefore do, too. One of its stages can't be started.
var stubborn = spec.Child("pipe/stubborn", func(programs []string) int {
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM)
	stay := []string{"sleep", "600"}
	exits, err := pipe.Run(context.Background(), nil, nil, stay, programs, stay)
	if err == nil || !strings.Contains(err.Error(), programs[0]) || len(exits) > 0 {
		fmt.Fprintf(os.Stderr, "Run returned %v and the error %v\n", exits, err)
		return 1
	}
	return 0
})

// patient is a process that copies its input to its output by a pipeline.
var patient = spec.Child("pipe/patient", func([]string) int {
	if _, err := pipe.Run(context.Background(), os.Stdin, os.Stdout, []string{"cat"}, []string{"cat"}); err != nil {
		return 1
	}
	return 0
})

// play runs a process in this role, which must succeed, and returns what was
// written to its standard output and standard error. It has a standard input that
// isn't empty, a mark in its environment and, in its folder, a file.
func play(ctx context.Context, role spec.Role, arguments ...string) (said, complained string) {
	GinkgoHelper()
	folder := spec.Folder()
	name := func(base string) string { return filepath.Join(folder, base) }
	Expect(os.WriteFile(name("in"), []byte("the caller's own input\n"), 0o600)).To(Succeed())
	Expect(os.WriteFile(name("here"), []byte("in its folder\n"), 0o600)).To(Succeed())

	line := role.Command(arguments...)
	command := exec.CommandContext(ctx, line[0], line[1:]...)
	command.Dir, command.Env = folder, append(os.Environ(), "PIPE_CALLER=the caller")
	// Files and no buffers, which would have to wait for stages that are left.
	in, err := os.Open(name("in"))
	Expect(err).NotTo(HaveOccurred())
	defer in.Close()
	out, err := os.Create(name("out"))
	Expect(err).NotTo(HaveOccurred())
	defer out.Close()
	complaints, err := os.Create(name("err"))
	Expect(err).NotTo(HaveOccurred())
	defer complaints.Close()
	command.Stdin, command.Stdout, command.Stderr = in, out, complaints
	ended := command.Run()
	if ctx.Err() != nil {
		Fail("a process that calls Run never comes back from it")
	}

	text := func(base string) string {
		GinkgoHelper()
		text, err := os.ReadFile(name(base))
		Expect(err).NotTo(HaveOccurred())
		return string(text)
	}
	said, complained = text("out"), text("err")
	Expect(ended).NotTo(HaveOccurred(), "a process that calls Run says:\n%s", complained)
	return said, complained
}

// waits counts how often the threads of a process have begun to wait.
func waits(pid int) (all int) {
	GinkgoHelper()
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	Expect(threads).NotTo(BeEmpty(), "the caller has ended too early")
	for _, thread := range threads {
		status, _ := os.ReadFile(thread) // a thread may have ended meanwhile
		for line := range strings.Lines(string(status)) {
			if count, found := strings.CutPrefix(line, "voluntary_ctxt_switches:"); found {
				times, err := strconv.Atoi(strings.TrimSpace(count))
				Expect(err).NotTo(HaveOccurred())
				all += times
			}
		}
	}
	return all
}

var _ = Describe("A stage", func() {
	It("has the caller's standard error, environment and working directory", spec.Worth(1), func(ctx SpecContext) {
		where := `cat; echo "$PIPE_CALLER is $(cat here)" >&2`
		_, complained := play(ctx, caller, where, where)
		Expect(complained).To(Equal(strings.Repeat("the caller is in its folder\n", 2)))
	})

	It("is killed, not asked to end, when another cannot be started", spec.Worth(1), func(ctx SpecContext) {
		notProgram := filepath.Join(spec.Folder(), "notprogram")
		Expect(os.WriteFile(notProgram, nil, 0o755)).To(Succeed())
		play(ctx, stubborn, notProgram)
	})
})

var _ = Describe("A caller", func() {
	It("sleeps on while nothing happens in the pipeline", spec.Worth(1), func(ctx SpecContext) {
		in, feed := open()
		drain, out := open()
		line := patient.Command()
		command := exec.CommandContext(ctx, line[0], line[1:]...)
		command.Stdin, command.Stdout = in, out
		Expect(command.Start()).To(Succeed())
		ended, returned := make(chan error, 1), make(chan struct{})
		go func() {
			defer close(returned)
			ended <- command.Wait()
		}()
		DeferCleanup(func(ctx SpecContext) {
			feed.Close()
			drain.Close()
			select {
			case <-returned:
			case <-ctx.Done():
			}
		})
		write(feed, "early\n")
		select {
		case text := <-readLine(drain):
			Expect(text).To(Equal("early\n"))
		case <-returned:
			Fail("Run came back too early")
		case <-ctx.Done():
			Fail("the stages run, but nothing comes out of the last one")
		}

		// Whoever waits for an event begins to wait once, and whoever looks whether it
		// has come does so each time: no event tells that nothing happens. The first
		// windows may see Run begin, and in one a machine may give the caller no turn.
		steady := 0
		for try := 0; try < 10 && steady < 3; try++ {
			if spec.Steady(ctx, func() int { return waits(command.Process.Pid) }) {
				steady++
			} else {
				steady = 0
			}
		}
		Expect(steady).To(Equal(3), "windows in a row in which the caller was not awake: something in it looks again and again")
		spec.Idle(ctx)
		feed.Close()
		failed := spec.Await(ctx, ended)
		Expect(failed).NotTo(HaveOccurred())
	})
})
