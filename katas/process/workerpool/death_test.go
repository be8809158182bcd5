//go:build linux

package workerpool_test

import (
	"context"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/workerpool"
)

// killed is the outcome of a task whose worker was killed.
func killed(pid int) outcome {
	return outcome{err: &workerpool.CrashError{PID: pid, Status: syscall.WaitStatus(syscall.SIGKILL)}}
}

var _ = Describe("A pool", func() {
	When("a worker dies", func() {
		It("fails the task that it ran, once, and replaces it", spec.Worth(2), func(ctx SpecContext) {
			s, p := open(), start(2)
			doomed, lucky := p.apply(s.hold("doomed")), p.apply(s.hold("lucky"))
			guests := s.all(ctx, 2)
			guests["doomed"].kill()
			select {
			case seen := <-doomed:
				Expect(seen).To(Equal(killed(guests["doomed"].pid)))
			case again := <-s.arrived:
				Fail("the worker died, and the task runs once more: " + again.name)
			case <-ctx.Done():
				Fail("the worker is dead, and the call that waits for it doesn't come back")
			}
			spec.Settled(ctx, lucky)

			third, fourth := p.apply(s.hold("third")), p.apply(s.hold("fourth"))
			guest := s.next(ctx)
			Expect(guest.name).To(BeElementOf("third", "fourth"))
			Expect(guest.pid).NotTo(Equal(guests["lucky"].pid), "a worker runs two tasks at once")
			guests["lucky"].leave("fine")
			Expect(await(ctx, lucky)).To(Equal(outcome{value: "fine"}))
			other := s.next(ctx)
			Expect(own()).To(ConsistOf(guest.pid, other.pid), "these are the pool's processes")
			guest.leave("fine")
			other.leave("fine")
			Expect(await(ctx, third)).To(Equal(outcome{value: "fine"}))
			Expect(await(ctx, fourth)).To(Equal(outcome{value: "fine"}))
		})

		It("fails no task if the worker had none", spec.Worth(1), func(ctx SpecContext) {
			p := start(2)
			Expect(await(ctx, p.apply([]byte("ab")))).To(Equal(outcome{value: "ba"}))
			workers := own()
			Expect(workers).To(HaveLen(2))
			for _, pid := range workers {
				Expect(unix.Kill(pid, unix.SIGKILL)).To(Succeed())
				await(ctx, dead(pid))
			}
			for range 3 {
				Expect(await(ctx, p.apply([]byte("cd")))).To(Equal(outcome{value: "dc"}))
			}
		})

		It("notices that while a process lives on which its task had started", spec.Worth(1), func(ctx SpecContext) {
			s, p := open(), start(1)
			doomed := p.apply(task(holdBreed, s.path, "doomed"))
			guest := s.next(ctx)
			offspring := children(guest.pid)
			Expect(offspring).To(HaveLen(1))
			DeferCleanup(func(ctx SpecContext) {
				guest.door.CloseWrite()
				reap(ctx, offspring[0])
			})
			guest.kill()
			Expect(await(ctx, doomed)).To(Equal(killed(guest.pid)))
			Expect(spec.State(offspring[0])).NotTo(BeElementOf("Z", ""), "it has ended")
		})
	})
})

// reap waits for a child of this process, which was given to it.
func reap(ctx context.Context, pid int) {
	GinkgoHelper()
	await(ctx, dead(pid))
	unix.Wait4(pid, nil, 0, nil)
}

// dead waits for a child to end, and doesn't reap it. In /proc, a process is a zombie
// as soon as its first thread has ended, while the others may still have its files.
func dead(pid int) <-chan bool {
	return spec.Go(func() bool {
		for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
		}
		return true
	})
}
