//go:build linux

package subprocess_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/subprocess"
)

func TestSubprocess(t *testing.T) { spec.Run(t) }

// ending is what a call of Run has returned.
type ending struct {
	subprocess.Result
	err error
}

func run(ctx context.Context, input []byte, command ...string) <-chan ending {
	return spec.Go(func() ending {
		result, err := subprocess.Run(ctx, input, command...)
		return ending{result, err}
	})
}

func shell(script string) []string { return []string{"sh", "-c", script} }

func await(ctx context.Context, running <-chan ending) ending {
	GinkgoHelper()
	return spec.Await(ctx, running)
}

// finish is await for a command that is left to end by itself.
func finish(ctx context.Context, running <-chan ending) subprocess.Result {
	GinkgoHelper()
	seen := spec.Await(ctx, running)
	Expect(seen.err).NotTo(HaveOccurred())
	return seen.Result
}

// flood returns more than a pipe can be made to hold (pipe-max-size, pipe(7)).
func flood() []byte { return bytes.Repeat(spec.Noise(50_000), 30) }

// same compares what is too long to be shown.
func same(got, want []byte, stream string) {
	GinkgoHelper()
	Expect(bytes.Equal(got, want)).To(BeTrue(), "%s has %d bytes, not the %d that were written", stream, len(got), len(want))
}

var _ = Describe("Run", func() {
	It("keeps the two streams apart and tells the exit status", spec.Worth(1), func(ctx SpecContext) {
		seen := finish(ctx, run(ctx, nil, shell("echo one; echo two >&2; echo three; exit 3")...))
		Expect(string(seen.Stdout)).To(Equal("one\nthree\n"))
		Expect(string(seen.Stderr)).To(Equal("two\n"))
		Expect(seen.Exit).To(Equal(exited(3)))
	})

	It("takes more from each stream than a pipe holds", spec.Worth(2), func(ctx SpecContext) {
		file, large := filepath.Join(spec.Folder(), "large"), flood()
		Expect(os.WriteFile(file, large, 0o600)).To(Succeed())
		// Whoever reads one stream to its end first finds the other one full.
		seen := finish(ctx, run(ctx, nil, "sh", "-c", `cat "$0" >&2; exec cat "$0"`, file))
		same(seen.Stdout, large, "Stdout")
		same(seen.Stderr, large, "Stderr")
		Expect(seen.Exit).To(Equal(exited(0)))
	})

	It("gives the command its input, then the end, and minds no input that is left", spec.Worth(1), func(ctx SpecContext) {
		large := flood()
		same(finish(ctx, run(ctx, large, "cat")).Stdout, large, "Stdout")
		Expect(finish(ctx, run(ctx, large, shell("read -r line; exit 5")...)).Exit).To(Equal(exited(5)))
		Expect(finish(ctx, run(ctx, large, "true")).Exit).To(Equal(exited(0)))

		// No input is not the caller's own, which has no end yet.
		caller := os.Stdin
		DeferCleanup(func() { os.Stdin = caller })
		os.Stdin = spec.Tie().Read
		Expect(finish(ctx, run(ctx, nil, "cat"))).To(HaveField("Exit", exited(0)))
	})

	It("runs commands side by side, in the caller's environment and working directory", spec.Worth(1), func(ctx SpecContext) {
		GinkgoT().Setenv("DOJO_WORD", "from the caller")
		here, err := os.Readlink("/proc/self/cwd")
		Expect(err).NotTo(HaveOccurred())
		door := filepath.Join(spec.Folder(), "door")
		Expect(unix.Mkfifo(door, 0o600)).To(Succeed())
		// Who opens a FIFO waits for the other side (fifo(7)).
		one := run(ctx, nil, shell(`pwd -P; echo "$DOJO_WORD" > `+door)...)
		other := run(ctx, nil, shell("read -r line < "+door+`; echo "$line"`)...)
		Expect(string(finish(ctx, one).Stdout)).To(Equal(here + "\n"))
		Expect(string(finish(ctx, other).Stdout)).To(Equal("from the caller\n"))
	})

	It("tells a program that fails from one that is killed and one that never was", spec.Worth(1), func(ctx SpecContext) {
		Expect(finish(ctx, run(ctx, nil, shell("kill -KILL $$")...)).Exit).To(Equal(killed))
		Expect(finish(ctx, run(ctx, nil, shell("kill -TERM $$")...)).Exit).To(Equal(terminated))
		Expect(finish(ctx, run(ctx, nil, shell("exit 137")...)).Exit).To(Equal(exited(137)))

		folder := spec.Folder()
		missing, notProgram := filepath.Join(folder, "missing"), filepath.Join(folder, "notprogram")
		Expect(os.WriteFile(notProgram, nil, 0o755)).To(Succeed())
		Expect(finish(ctx, run(ctx, nil, "sh", "-c", `"$0" 2>/dev/null`, missing)).Exit).To(Equal(exited(127)))
		for _, program := range []string{missing, notProgram} {
			before := pipes()
			seen := spec.Await(ctx, run(ctx, []byte("input"), program, "argument"))
			// Looked at here, since a collection closes files that nothing refers to.
			left := slices.DeleteFunc(pipes(), func(end string) bool { return slices.Contains(before, end) })
			Expect(left).To(BeEmpty(), "Run came back and left ends of its pipes open")
			Expect(seen.err).To(MatchError(ContainSubstring(program)))
		}

		over, cancel := context.WithCancel(ctx)
		cancel()
		before := childFaults()
		Expect(spec.Await(ctx, run(ctx, nil)).err).To(HaveOccurred(), "an empty command")
		Expect(spec.Await(ctx, run(over, nil, "true")).err).To(MatchError(context.Canceled))
		Expect(childFaults()).To(Equal(before), "something was started")
	})

	It("kills the command when the context ends, and says why and what it wrote before", spec.Worth(1), func(ctx SpecContext) {
		// Who closes both streams, as a daemon does, has not ended.
		for _, then := range []string{"", "exec >/dev/null 2>&1; "} {
			late, pass := spec.Late(ctx)
			defer pass()
			pids := notepad()
			running := run(late, nil, shell("trap '' HUP INT TERM; echo early; echo oh >&2; "+then+pids.of("$$")+"; exec sleep 600")...)
			command := pids.read(ctx)[0]
			spec.Idle(ctx)
			Expect(running).NotTo(Receive(), "the command lives, and Run is back")
			pass()
			seen := spec.Await(ctx, running)
			Expect(seen.err).To(MatchError(context.DeadlineExceeded))
			Expect(seen.Exit).To(Equal(killed))
			Expect(string(seen.Stdout)).To(Equal("early\n"))
			Expect(string(seen.Stderr)).To(Equal("oh\n"))
			Expect(spec.State(command)).To(BeEmpty(), "Run is back, and nobody has waited for the command")
		}
	})

	It("kills the grandchildren with the command", spec.Worth(2), func(ctx SpecContext) {
		running, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		pids := notepad()
		// One holds the output, one the errors, one is a child's child, and one holds nothing.
		call := run(running, nil, shell("trap '' TERM; sleep 600 2>/dev/null & a=$!; sleep 600 >/dev/null & b=$!; "+
			"sleep 600 >/dev/null 2>&1 & c=$!; (sleep 600 & "+pids.of("$$ $a $b $c $!")+"; wait) & exec sleep 600")...)
		family := pids.read(ctx)
		spec.Settled(ctx, call)
		stop(errors.New("the caller's own reason"))
		seen := spec.Await(ctx, call)
		Expect(seen.err).To(MatchError(context.Canceled))
		Expect(seen.Exit).To(Equal(killed))
		for _, pid := range family[1:] {
			over(ctx, pid, "a grandchild lives on when the context has ended")
		}
		buryAll(ctx)
	})

	It("kills grandchildren that hold a stream when the command has ended before", spec.Worth(2), func(ctx SpecContext) {
		running, stop := context.WithCancel(ctx)
		defer stop()
		pids := notepad()
		call := run(running, nil, shell("sleep 600 & echo early; "+pids.of("$$ $!")+"; exit 3")...)
		family := pids.read(ctx)
		over(ctx, family[0], "the command exits")
		spec.Settled(ctx, call)
		stop()
		seen := spec.Await(ctx, call)
		Expect(seen.err).To(MatchError(context.Canceled))
		Expect(seen.Exit).To(Equal(exited(3)))
		Expect(string(seen.Stdout)).To(Equal("early\n"))
		bury(ctx, family[1], "a grandchild lives on when the context has ended")
	})

	It("waits for those who may still write, at no cost, and leaves the others alone", spec.Worth(1), func(ctx SpecContext) {
		running, stop := context.WithCancel(ctx)
		defer stop()
		door := filepath.Join(spec.Folder(), "door")
		Expect(unix.Mkfifo(door, 0o600)).To(Succeed())
		// Open for both, so that neither side waits for the other to open it.
		bell, err := os.OpenFile(door, os.O_RDWR, 0)
		Expect(err).NotTo(HaveOccurred())
		defer bell.Close()
		pids := notepad()
		// One closes its output before its errors. The other holds the input, and
		// reads none of it.
		call := run(running, flood(), shell("exec 3<&0; "+
			"{ read -r line < "+door+"; echo late; exec >/dev/null; read -r line < "+door+"; echo later >&2; } & a=$!; "+
			"sleep 600 <&3 >/dev/null 2>&1 & echo early; "+pids.of("$$ $a $!")+"; exit 3")...)
		family := pids.read(ctx)
		over(ctx, family[0], "the command exits")
		spec.Idle(ctx)
		Expect(call).NotTo(Receive(), "somebody may still write, and Run is back")
		bell.WriteString("go on\n")
		spec.Settled(ctx, call)
		bell.WriteString("go on\n")
		seen := finish(ctx, call)
		Expect(seen.Exit).To(Equal(exited(3)))
		Expect(string(seen.Stdout)).To(Equal("early\nlate\n"))
		Expect(string(seen.Stderr)).To(Equal("later\n"))
		bury(ctx, family[1], "it has written")

		lives(ctx, family[2], "Run has killed a process that held neither stream")
		stop()
		lives(ctx, family[2], "a context that ended after Run has killed somebody")
		slay(ctx, family[2])
	})
})
