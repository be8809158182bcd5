//go:build linux

package workerpool_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/workerpool"
)

func TestWorkerPool(t *testing.T) { spec.Run(t) }

var _ = Describe("A pool", func() {
	It("keeps as many worker processes as it was asked for, each with one task at a time", spec.Worth(2), func(ctx SpecContext) {
		const size = 3
		s, p := open(), start(size)
		workers := own()
		Expect(workers).To(HaveLen(size), "New is back, and these are the processes that it has started")

		var calls []<-chan outcome
		for i := range size + 2 {
			calls = append(calls, p.apply(s.hold(fmt.Sprint(i))))
		}
		guests := s.all(ctx, size)
		for _, guest := range guests {
			Expect(workers).To(ContainElement(guest.pid), "a task runs in a process that was not there when New was back")
		}
		spec.Settled(ctx, calls...)
		Expect(s.arrived).To(BeEmpty(), "more tasks run than there are workers")
		for _, guest := range guests {
			guest.leave(guest.name)
		}
		for range 2 {
			guest := s.next(ctx)
			Expect(workers).To(ContainElement(guest.pid), "a worker was replaced that had not died")
			guest.leave(guest.name)
		}
		for i, call := range calls {
			Expect(await(ctx, call)).To(Equal(outcome{value: fmt.Sprint(i)}))
		}
		Expect(own()).To(Equal(workers), "these were the workers before")
	})

	It("returns the results of Map in the order of the tasks", spec.Worth(2), func(ctx SpecContext) {
		s, p := open(), start(2)
		tasks := [][]byte{s.hold("first")}
		expected := []string{"held longest"}
		for i := range 998 {
			text := fmt.Sprintf("task number %d", i)
			tasks = append(tasks, []byte(text))
			expected = append(expected, string(turned([]byte(text))))
		}
		tasks, expected = append(tasks, s.hold("last")), append(expected, "held as well")

		call := p.spread(tasks...)
		guests := s.all(ctx, 2)
		spec.Settled(ctx, call)
		guests["last"].leave("held as well")
		guests["first"].leave("held longest")
		Expect(await(ctx, call)).To(Equal(mapped{values: expected}))
	})

	It("gives the next task to whichever worker is free", spec.Worth(1), func(ctx SpecContext) {
		s, p := open(), start(2)
		long := p.apply(s.hold("long"))
		guest := s.next(ctx)
		for range 5 {
			Expect(await(ctx, p.apply([]byte("ab")))).To(Equal(outcome{value: "ba"}))
		}
		short := p.spread([]byte("ab"), []byte("cd"), []byte("ef"), []byte("gh"), []byte("ij"))
		Expect(await(ctx, short)).To(Equal(mapped{values: []string{"ba", "dc", "fe", "hg", "ji"}}))
		spec.Settled(ctx, long)
		guest.leave("at last")
		Expect(await(ctx, long)).To(Equal(outcome{value: "at last"}))
	})

	It("moves ten megabytes both ways", spec.Worth(2), func(ctx SpecContext) {
		large := spec.Noise(10 << 20)
		s, p := open(), start(1)
		before := p.apply(s.hold("before"))
		guest := s.next(ctx)
		// Both are there when the worker is free.
		back := turned(large)
		there, andBack := p.ApplyAsync(large), p.ApplyAsync(back)
		guest.leave("done")
		Expect(await(ctx, before)).To(Equal(outcome{value: "done"}))
		for i, r := range []*workerpool.Result{there, andBack} {
			same := spec.Go(func() bool {
				result, err := r.Get()
				return err == nil && bytes.Equal(result, [][]byte{back, large}[i])
			})
			Expect(await(ctx, same)).To(BeTrue(), "this is not the task with its halves exchanged")
		}
	})

	It("takes any bytes, keeps results as they are, and lets tasks print", spec.Worth(1), func(ctx SpecContext) {
		p := start(1)
		var every []byte
		for i := range 256 {
			every = append(every, byte(i))
		}
		texts := []string{"", "\n", "\x00", "two\nlines\n", string(every), `"`, "\xff", " ", ""}
		var tasks [][]byte
		var expected []string
		for _, text := range texts {
			tasks = append(tasks, []byte(text))
			expected = append(expected, string(turned([]byte(text))))
		}
		Expect(await(ctx, p.spread(tasks...))).To(Equal(mapped{values: expected}))

		first := p.ApplyAsync([]byte("ab"))
		kept, err := first.Get()
		Expect(string(kept), err).To(Equal("ba"))
		Expect(await(ctx, p.apply([]byte("xy")))).To(Equal(outcome{value: "yx"}))
		Expect(string(kept)).To(Equal("ba"), "another task has changed this result")

		out, err := os.Readlink("/proc/self/fd/1")
		Expect(err).NotTo(HaveOccurred())
		complaints, err := os.Readlink("/proc/self/fd/2")
		Expect(err).NotTo(HaveOccurred())
		Expect(await(ctx, p.apply(task(outputs)))).To(Equal(outcome{value: out + " " + complaints}),
			"a worker's standard output and standard error are not those of the pool's process")
	})

	It("tells a task that fails from a worker that dies", spec.Worth(2), func(ctx SpecContext) {
		s, p := open(), start(2)
		workers := own()
		for _, text := range []string{"no such luck", "two\nlines", ""} {
			returned := await(ctx, p.apply(task(fail, text)))
			var failed *workerpool.TaskError
			Expect(returned.err).To(BeAssignableToTypeOf(failed), "the task returned an error")
			Expect(returned.err).To(HaveField("Text", text))
			Expect(returned.err).To(MatchError(text))
			Expect(returned.value).To(BeEmpty(), "a task that failed has no result")
		}
		call := p.spread(s.hold("late"), task(fail, "early"), []byte("ab"), s.hold("end"))
		guests := s.all(ctx, 2)
		guests["end"].leave("end")
		guests["late"].leave("error late")
		Expect(await(ctx, call)).To(Equal(mapped{
			values: []string{"", "", "ba", "end"},
			err:    &workerpool.TaskError{Text: "late"},
		}))
		Expect(own()).To(Equal(workers), "a worker was replaced that had not died")

		// A worker that is the only one, and has done a task, does the next one too. Of
		// several, one may be started for it that nobody has seen.
		alone := start(1)
		for _, status := range []int{3, 0} {
			Expect(await(ctx, alone.apply([]byte("ab")))).To(Equal(outcome{value: "ba"}))
			workers := own()
			returned := await(ctx, alone.apply(task(exit, fmt.Sprint(status))))
			var crash *workerpool.CrashError
			Expect(returned.err).To(BeAssignableToTypeOf(crash), "the worker has exited with status %d in its task", status)
			crash = returned.err.(*workerpool.CrashError)
			Expect(workers).To(ContainElement(crash.PID))
			Expect(crash.Status.Exited()).To(BeTrue())
			Expect(crash.Status.ExitStatus()).To(Equal(status))
		}
	})
})
