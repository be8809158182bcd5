//go:build linux

package workerpool_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/workerpool"
)

// remaining returns those processes of which there is anything left, if only a
// zombie that nobody has waited for. It is called at once when a call is back.
func remaining(pids []int) (left []int) {
	for _, pid := range pids {
		if unix.Kill(pid, 0) != unix.ESRCH {
			left = append(left, pid)
		}
	}
	return left
}

var _ = Describe("A pool", func() {
	It("makes callers wait without burning CPU, and those of ApplyAsync not at all", spec.Worth(1), func(ctx SpecContext) {
		s, p := open(), start(1)
		long := p.ApplyAsync(s.hold("long"))
		guest := s.next(ctx)
		var queued []*workerpool.Result
		spec.AwaitClosed(ctx, spec.Returned(func() {
			for range 1000 {
				queued = append(queued, p.ApplyAsync([]byte("ab")))
			}
		}), "ApplyAsync waits")
		calls := []<-chan outcome{get(long), get(long), get(queued[0]), p.apply([]byte("cd"))}
		join := spec.Returned(p.Join)
		spec.Idle(ctx)
		spec.Settled(ctx, calls...)
		Expect(join).NotTo(BeClosed(), "Join came back from a pool that is open")

		guest.leave("at last")
		for i, value := range []string{"at last", "at last", "ba", "dc"} {
			Expect(await(ctx, calls[i])).To(Equal(outcome{value: value}))
		}
		Expect(await(ctx, get(long))).To(Equal(outcome{value: "at last"}))
		all := await(ctx, spec.Go(func() (all []outcome) {
			for _, r := range queued {
				all = append(all, outcomeOf(r.Get()))
			}
			return all
		}))
		Expect(all).To(HaveEach(outcome{value: "ba"}))
		// Now the worker waits, and all of its pool.
		spec.Idle(ctx)
		p.Close()
		spec.AwaitClosed(ctx, join)
	})

	When("it is closed", func() {
		It("runs what it had accepted, once, and nothing else", spec.Worth(2), func(ctx SpecContext) {
			s := open()
			p := start(2, s.path)
			file := filepath.Join(spec.Folder(), "notes")
			doomed, stays := p.apply(s.hold("doomed")), p.apply(s.hold("stays"))
			guests := s.all(ctx, 2)
			var accepted []*workerpool.Result
			var expected []string
			for i := range 100 {
				expected = append(expected, fmt.Sprint("line ", i))
				accepted = append(accepted, p.ApplyAsync(task(note, file, expected[i])))
			}
			spec.AwaitClosed(ctx, spec.Returned(p.Close), "Close waits")
			p.Close()
			Expect(await(ctx, get(p.ApplyAsync(task(note, file, "late"))))).To(Equal(outcome{err: workerpool.ErrClosed}))
			Expect(await(ctx, p.apply(task(note, file, "late")))).To(Equal(outcome{err: workerpool.ErrClosed}))
			Expect(await(ctx, p.spread(task(note, file, "late"))).err).To(MatchError(workerpool.ErrClosed))

			guests["doomed"].kill()
			Expect(await(ctx, doomed)).To(Equal(killed(guests["doomed"].pid)))
			// The other worker is busy: these need another one.
			for i, r := range accepted {
				Expect(await(ctx, get(r))).To(Equal(outcome{value: expected[i]}))
			}
			// There is no more for this one to do, though another still runs a task, and
			// though nobody waits in Join.
			first := s.ending(ctx)
			join := func() []spec.Process { p.Join(); return spec.Descendants() }
			joins := []<-chan []spec.Process{spec.Go(join), spec.Go(join)}
			spec.Settled(ctx, joins...)
			guests["stays"].leave("done")
			Expect(await(ctx, stays)).To(Equal(outcome{value: "done"}))
			// There are no more tasks, but there are workers.
			second := s.ending(ctx)
			spec.Settled(ctx, joins...)
			first.leave("")
			second.leave("")
			for _, join := range joins {
				Expect(await(ctx, join)).To(BeEmpty(), "Join is back, and these are still there, or zombies")
			}

			text, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
			Expect(strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")).To(ConsistOf(expected), "each task writes a line")
		})
	})

	When("it is terminated", func() {
		It("ends those that Close has let go, too", spec.Worth(1), func(ctx SpecContext) {
			s := open()
			p := start(2, s.path)
			call := p.apply(s.hold("endless"))
			s.next(ctx)
			p.Close()
			// One runs a task, and the other is back from Serve and doesn't end.
			s.ending(ctx)
			join := spec.Returned(p.Join)
			spec.Settled(ctx, call)

			left := spec.Go(func() []spec.Process { p.Terminate(); return spec.Descendants() })
			Expect(await(ctx, left)).To(BeEmpty(), "Terminate is back, and these are still there, or zombies")
			Expect(await(ctx, call)).To(Equal(outcome{err: workerpool.ErrTerminated}))
			spec.AwaitClosed(ctx, join)
		})

		It("ends at once, whatever its tasks do", spec.Worth(2), func(ctx SpecContext) {
			s, p := open(), start(2)
			workers := own()
			before := p.ApplyAsync([]byte("ab"))
			Expect(await(ctx, get(before))).To(Equal(outcome{value: "ba"}))
			calls := []<-chan outcome{p.apply(task(holdDeaf, s.path, "deaf")), p.apply(s.hold("endless"))}
			s.all(ctx, 2)
			file := filepath.Join(spec.Folder(), "notes")
			for range 20 {
				calls = append(calls, get(p.ApplyAsync(task(note, file, "begun"))))
			}
			call := p.spread(task(note, file, "begun"), task(note, file, "begun"))
			join := spec.Returned(p.Join)
			spec.Settled(ctx, calls...)
			spec.Settled(ctx, call)

			left := spec.Go(func() []int { p.Terminate(); return remaining(workers) })
			Expect(await(ctx, left)).To(BeEmpty(), "Terminate is back, and these are still there, or zombies")
			Expect(own()).To(BeEmpty(), "Terminate is back, and the pool has processes")
			for _, call := range calls {
				Expect(await(ctx, call)).To(Equal(outcome{err: workerpool.ErrTerminated}))
			}
			Expect(await(ctx, call).err).To(MatchError(workerpool.ErrTerminated))
			spec.AwaitClosed(ctx, join)
			Expect(file).NotTo(BeAnExistingFile(), "a task began that had not begun before Terminate")

			spec.AwaitClosed(ctx, spec.Returned(func() { p.Terminate(); p.Close(); p.Join() }))
			Expect(await(ctx, p.apply(task(note, file, "late")))).To(Equal(outcome{err: workerpool.ErrTerminated}))
			Expect(await(ctx, get(before))).To(Equal(outcome{value: "ba"}), "it had ended before")
		})
	})
})
