//go:build linux

package reaper_test

import (
	"runtime"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/reaper"
)

var _ = Describe("A reaper", func() {
	When("it is stopped", func() {
		It("lets go of its callers and of the children that live", spec.Worth(1), func(ctx SpecContext) {
			heard := listen()
			r := start()
			line, other := tie(), tie()
			pid := line.start(lives(9))
			var blocked []<-chan error
			for range 4 {
				blocked = append(blocked, spec.Go(func() error { _, err := r.Next(ctx); return err }))
			}
			spec.Settled(ctx, blocked...)
			spec.AwaitClosed(ctx, spec.Returned(r.Stop))
			for _, call := range blocked {
				Eventually(ctx, call).Should(Receive(MatchError(reaper.ErrStopped)))
			}
			r.Stop()

			line.Cut()
			spec.Await(ctx, heard)
			spec.Quiet(ctx)
			Expect(spec.State(pid)).To(Equal("Z"), "somebody still reaps")
			var ended unix.WaitStatus
			Expect(unix.Wait4(pid, &ended, 0, nil)).To(Equal(pid))

			owned := other.command(lives(7))
			release := r.claim(begin(owned))
			other.Cut()
			Expect(status(owned)).To(Equal(7))
			release()
		})

		It("reaps what had ended before", spec.Worth(2), func(ctx SpecContext) {
			// A reaper that takes no last look is saved whenever SIGCHLD overtakes
			// Stop, but hardly this often.
			for round := range 40 {
				r, line := start(), tie()
				pid := line.start(lives(round))
				line.Cut()
				for letter := spec.State(pid); letter != "Z" && letter != "" && ctx.Err() == nil; letter = spec.State(pid) {
					runtime.Gosched()
				}
				r.Stop()
				Expect(r.next(ctx)).To(Equal(exited(pid, round)))
				r.end(ctx)
			}
		})

		It("takes over nothing that is given back", spec.Worth(1), func(ctx SpecContext) {
			r := start()
			line := tie()
			var pids []int
			begin := func() (pid int, err error) {
				pid, err = line.fork(lives(4))
				pids = append(pids, pid)
				return pid, err
			}
			before := r.claim(begin)
			r.Stop()
			after := r.claim(begin)
			line.Cut()
			for _, pid := range pids {
				Eventually(ctx, spec.State).WithArguments(pid).Should(Equal("Z"))
			}
			before()
			after()
			spec.Quiet(ctx)
			for _, pid := range pids {
				Expect(spec.State(pid)).To(Equal("Z"), "release has reaped it")
				Expect(unix.Wait4(pid, nil, 0, nil)).To(Equal(pid))
			}
			r.end(ctx)
		})

		It("keeps all who call Stop until it is done", spec.Worth(1), func(ctx SpecContext) {
			r := start()
			proceed := r.hold(ctx)
			stop := func() (stays bool) { r.Stop(); return subreaper() }
			one := spec.Go(stop)
			spec.Quiet(ctx)
			other := spec.Go(stop)
			spec.Quiet(ctx)
			proceed()
			for _, call := range []<-chan bool{one, other} {
				stays := spec.Await(ctx, call)
				Expect(stays).To(BeFalse(), "Stop is back, and the process still gets the orphans below it")
			}
			r.end(ctx)
		})

		It("puts back what it changed", spec.Worth(1), func(ctx SpecContext) {
			heard := listen()
			r := start()
			r.Stop()
			Expect(subreaper()).To(BeFalse(), "the process still gets the orphans below it")
			line := tie()
			command := line.command(lives(0))
			Expect(command.Start()).To(Succeed())
			line.Cut()
			spec.Await(ctx, heard, "SIGCHLD doesn't arrive any more")
			Expect(command.Wait()).To(Succeed())
		})
	})
})
