//go:build linux

package pipe_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/pipe"
)

func TestPipe(t *testing.T) { spec.Run(t) }

var _ = Describe("A pipeline", func() {
	// The spec writes to feed what the first stage reads from in, and reads from
	// drain what the last stage writes to out.
	var in, feed, drain, out *os.File

	BeforeEach(func() {
		in, feed = open()
		drain, out = open()
	})

	// run starts a pipeline and returns a channel that tells how it ended, and
	// that is closed if Run panics: nobody need wait then. If the spec is over
	// before the pipeline, that gets an end of its input and of its output.
	run := func(ctx context.Context, stages ...[]string) <-chan ending {
		running, returned := make(chan ending, 1), make(chan struct{})
		go func() {
			defer close(returned)
			defer close(running)
			defer GinkgoRecover()
			exits, err := pipe.Run(ctx, in, out, stages...)
			running <- ending{exits, err}
		}()
		DeferCleanup(func(ctx SpecContext) {
			feed.Close()
			drain.Close()
			select {
			case <-returned:
			case <-ctx.Done():
			}
		})
		return running
	}
	await := func(ctx context.Context, running <-chan ending) (seen ending) {
		GinkgoHelper()
		seen = spec.Await(ctx, running)
		return seen
	}
	// hear returns the line that the last stage writes while the pipeline runs.
	hear := func(ctx context.Context, line <-chan string, running <-chan ending) string {
		GinkgoHelper()
		select {
		case text := <-line:
			return text
		case seen := <-running:
			Fail(fmt.Sprintf("Run came back too early, with %v and the error %v", seen.exits, seen.err))
		case <-ctx.Done():
			Fail("the stages run, but nothing comes out of the last one")
		}
		return ""
	}
	finish := func(ctx context.Context, running <-chan ending) []pipe.Exit {
		GinkgoHelper()
		seen := await(ctx, running)
		Expect(seen.err).NotTo(HaveOccurred())
		return seen.exits
	}

	It("runs the stages one into the next and leaves the caller's files open", spec.Worth(1), func(ctx SpecContext) {
		text := read(drain)
		write(feed, "one\ntwo\n")
		feed.Close()
		Expect(finish(ctx, run(ctx, shell(`while read -r line; do echo "<$line>"; done`), cat))).To(Equal(codes(0, 0)))

		_, err := in.Stat()
		Expect(err).NotTo(HaveOccurred(), "Run has closed in")
		_, err = io.WriteString(out, "three\n")
		Expect(err).NotTo(HaveOccurred(), "Run has closed out")
		out.Close()
		Eventually(ctx, text).Should(Receive(BeEquivalentTo("<one>\n<two>\nthree\n")))
	})

	It("takes nil for no input and no output", spec.Worth(1), func(ctx SpecContext) {
		in, out = nil, nil
		Expect(finish(ctx, run(ctx, cat, shell(`cat; echo done`)))).To(Equal(codes(0, 0)))

		// Nor has nil to do with what the caller itself reads and writes.
		seen := filepath.Join(spec.Folder(), "seen")
		said, _ := play(ctx, caller, `cat > `+seen+`; echo done`, `cat; echo done`)
		Expect(seen).To(BeARegularFile())
		Expect(os.ReadFile(seen)).To(BeEmpty(), "a nil in is empty, and the caller's standard input isn't")
		Expect(said).To(BeEmpty(), "a nil out throws the output away, and the caller's standard output has it")
	})

	It("connects the stages by one pipe each, and the ends with the caller's files", spec.Worth(1), func(ctx SpecContext) {
		text := read(drain)
		feed.Close()
		// The first line says what a stage reads from, the second what it writes to.
		links := shell(`cat; readlink /proc/self/fd/0; readlink /proc/self/fd/1`)
		source, sink := link(in), link(out)
		Expect(finish(ctx, run(ctx, links, links, links))).To(Equal(codes(0, 0, 0)))
		out.Close()
		all := spec.Await(ctx, text)
		seen := strings.Fields(string(all))
		Expect(seen).To(HaveLen(6))
		Expect(seen).To(HaveEach(HavePrefix("pipe:")))
		Expect(seen[0]).To(Equal(source), "the first stage doesn't read in itself")
		Expect(seen[1]).To(Equal(seen[2]), "the second stage reads another pipe than the first one writes")
		Expect(seen[3]).To(Equal(seen[4]), "the third stage reads another pipe than the second one writes")
		Expect(seen[5]).To(Equal(sink), "the last stage doesn't write to out itself")
	})

	It("lets each of a hundred stages see the end of its input", spec.Worth(1), func(ctx SpecContext) {
		text := read(drain)
		running := run(ctx, slices.Repeat([][]string{cat}, 100)...)
		write(feed, "a long way\n")
		feed.Close()
		Expect(finish(ctx, running)).To(Equal(codes(make([]int, 100)...)))
		out.Close()
		Eventually(ctx, text).Should(Receive(BeEquivalentTo("a long way\n")))
	})

	It("hands on at once what a stage writes, and waits without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		first := readLine(drain)
		running := run(ctx, cat, cat, cat)
		write(feed, "early\n")
		Expect(hear(ctx, first, running)).To(Equal("early\n"))
		spec.Idle(ctx)
		Expect(running).NotTo(Receive(), "Run came back while its stages ran")
		feed.Close()
		Expect(finish(ctx, running)).To(Equal(codes(0, 0, 0)))
	})

	It("moves more than a pipe can hold", spec.Worth(1), func(ctx SpecContext) {
		// A pipe holds 16 pages, which is 1 MiB where pages are largest.
		sent := spec.Noise(4 << 20)
		running := run(ctx, cat, cat, cat)
		received := read(drain)
		spec.Returned(func() {
			feed.Write(sent)
			feed.Close()
		})
		Expect(finish(ctx, running)).To(Equal(codes(0, 0, 0)))
		out.Close()
		got := spec.Await(ctx, received)
		Expect(bytes.Equal(got, sent)).To(BeTrue(), "%d bytes went in, and %d came out, not the same", len(sent), len(got))
	})

	It("ends the stages whose reader has seen enough", spec.Worth(1), func(ctx SpecContext) {
		// As endless as a pipe can tell, and yet no trouble if nothing ends it.
		talk := `i=0; while [ $i -lt 100000 ]; do echo ` + strings.Repeat("y", 99) + ` || exit 1; i=$((i+1)); done`
		exits := finish(ctx, run(ctx, shell(talk), cat, []string{"head", "-n", "1"}))
		Expect(exits).To(HaveLen(3))
		Expect(exits[0]).To(Equal(broken))
		Expect(exits[2]).To(Equal(pipe.Exit{}))
	})

	It("reports how every stage ended, in the order of the pipeline", spec.Worth(1), func(ctx SpecContext) {
		last := readLine(drain)
		running := run(ctx, shell(`read -r line; exit 3`), shell(`exit 4`), shell(`echo over; exit 5`))
		Expect(hear(ctx, last, running)).To(Equal("over\n"))
		spec.Settled(ctx, running)
		feed.Close()
		Expect(finish(ctx, running)).To(Equal(codes(3, 4, 5)))
	})

	It("tells a signal from an exit code", spec.Worth(1), func(ctx SpecContext) {
		Expect(finish(ctx, run(ctx, shell(`kill -TERM $$`), shell(`exit 143`), shell(`kill -KILL $$`), cat))).To(Equal([]pipe.Exit{
			{Code: 143, Signal: syscall.SIGTERM}, {Code: 143}, killed, {},
		}))
	})

	It("leaves nothing behind when a stage cannot be started", spec.Worth(1), func(ctx SpecContext) {
		folder := spec.Folder()
		missing, notProgram := filepath.Join(folder, "missing"), filepath.Join(folder, "notprogram")
		Expect(os.WriteFile(notProgram, nil, 0o755)).To(Succeed())
		stay := shell(`exec sleep 600`)
		for _, program := range []string{missing, notProgram} {
			for at := range 4 {
				stages := slices.Insert(slices.Repeat([][]string{stay}, 3), at, []string{program, "argument"})
				before := pipes()
				seen := await(ctx, run(ctx, stages...))
				// Looked at here, since a collection closes files that nothing refers to.
				left := slices.DeleteFunc(pipes(), func(end string) bool { return slices.Contains(before, end) })
				Expect(left).To(BeEmpty(), "Run came back and left ends of its pipes open")
				Expect(seen.err).To(MatchError(ContainSubstring(program)))
				Expect(seen.exits).To(BeEmpty())
			}
		}
	})

	It("kills and reaps every stage when the context ends", spec.Worth(1), func(ctx SpecContext) {
		running, stop := context.WithCancel(ctx)
		defer stop()
		ready := readLine(drain)
		pass := shell(`read -r line; echo "$line"; exec sleep 600`)
		pipeline := run(running, shell(`echo ready; exec sleep 600`), pass, pass)
		Expect(hear(ctx, ready, pipeline)).To(Equal("ready\n"))
		stop()
		seen := await(ctx, pipeline)
		Expect(seen.err).To(MatchError(context.Canceled))
		Expect(seen.exits).To(Equal([]pipe.Exit{killed, killed, killed}))
	})

	It("tells the stages that it killed from those that had ended before, and why", spec.Worth(1), func(ctx SpecContext) {
		late, pass := spec.Late(ctx)
		defer pass()
		ready := readLine(drain)
		pipeline := run(late, shell(`exit 3`), shell(`cat; echo ready; exec sleep 600`))
		Expect(hear(ctx, ready, pipeline)).To(Equal("ready\n"))
		spec.Settled(ctx, pipeline)
		pass()
		seen := await(ctx, pipeline)
		Expect(seen.err).To(MatchError(context.DeadlineExceeded))
		Expect(seen.exits).To(Equal([]pipe.Exit{{Code: 3}, killed}))
	})

	It("leaves in place the input that no stage has read", spec.Worth(1), func(ctx SpecContext) {
		write(feed, "first\nsecond\n")
		first := readLine(drain)
		Expect(finish(ctx, run(ctx, shell(`read -r line; echo "$line"`), cat))).To(Equal(codes(0, 0)))
		Eventually(ctx, first).Should(Receive(Equal("first\n")))
		feed.Close()
		Eventually(ctx, read(in)).Should(Receive(BeEquivalentTo("second\n")))
	})

	It("starts nothing if there is nothing to run or no time left", spec.Worth(1), func(ctx SpecContext) {
		trace := filepath.Join(spec.Folder(), "trace")
		leave := shell(`echo started > ` + trace)
		before := childFaults()
		Expect(await(ctx, run(ctx)).err).To(HaveOccurred(), "a pipeline without stages")
		Expect(await(ctx, run(ctx, leave, []string{}, leave)).err).To(HaveOccurred(), "a stage that is an empty command line")

		over, cancel := context.WithCancel(ctx)
		cancel()
		seen := await(ctx, run(over, leave, leave))
		Expect(seen.err).To(MatchError(context.Canceled))
		Expect(seen.exits).To(BeEmpty())
		Expect(trace).NotTo(BeAnExistingFile())
		Expect(childFaults()).To(Equal(before), "stages were started, though they may not have come far")
	})
})
