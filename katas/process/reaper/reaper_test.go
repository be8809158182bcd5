//go:build linux

package reaper_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/reaper"
)

func TestReaper(t *testing.T) { spec.Run(t) }

var _ = Describe("A reaper", func() {
	It("reports how each child ended, and only ends", spec.Worth(1), func(ctx SpecContext) {
		heard := listen()
		r := start()
		elder, youth, stopped := tie(), tie(), tie()
		elderPID, youthPID, stoppedPID := elder.start(lives(0)), youth.start(lives(3)), stopped.start(lives(0))
		youth.Cut()
		spec.Await(ctx, heard)
		Expect(r.next(ctx)).To(Equal(exited(youthPID, 3)))

		Expect(unix.Kill(stoppedPID, unix.SIGSTOP)).To(Succeed())
		spec.Await(ctx, heard)
		waiting, giveUp := context.WithCancel(ctx)
		defer giveUp()
		early := spec.Go(func() error { _, err := r.Next(waiting); return err })
		spec.Settled(ctx, early)
		giveUp()
		Eventually(ctx, early).Should(Receive(MatchError(context.Canceled)))

		Expect(unix.Kill(stoppedPID, unix.SIGKILL)).To(Succeed())
		Expect(r.next(ctx)).To(Equal(killed(stoppedPID, unix.SIGKILL)))
		elder.Cut()
		Expect(r.next(ctx)).To(Equal(exited(elderPID, 0)))
		r.end(ctx)
	})

	It("reaps every child when 200 end at once", spec.Worth(2), func(ctx SpecContext) {
		r := start()
		crowd, expected, seen := tie(), map[int]reaper.Exit{}, map[int]reaper.Exit{}
		for i := range 200 {
			pid := crowd.start(lives(i))
			expected[pid] = exited(pid, i)
		}
		// All of them wait for the same end: it finds them in a row.
		for pid := range expected {
			Eventually(ctx, spec.State).WithArguments(pid).Should(Equal("S"))
		}
		crowd.Cut()
		for range expected {
			exit := r.next(ctx)
			Expect(seen).NotTo(HaveKey(exit.PID), "this exit was reported before")
			seen[exit.PID] = exit
		}
		Expect(seen).To(Equal(expected))
		r.end(ctx)
	})

	It("reports children that ended before it was started", spec.Worth(1), func(ctx SpecContext) {
		heard := listen()
		first, second, later := tie(), tie(), tie()
		firstPID, secondPID, laterPID := first.start(lives(1)), second.start(lives(2)), later.start(lives(3))
		first.Cut()
		spec.Await(ctx, heard)
		second.Cut()
		spec.Await(ctx, heard)

		r := start()
		Expect([]reaper.Exit{r.next(ctx), r.next(ctx)}).To(ConsistOf(exited(firstPID, 1), exited(secondPID, 2)))
		later.Cut()
		Expect(r.next(ctx)).To(Equal(exited(laterPID, 3)))
		r.end(ctx)
	})

	It("adopts orphans", spec.Worth(2), func(ctx SpecContext) {
		r := start()
		Expect(subreaper()).To(BeTrue(), "without PR_SET_CHILD_SUBREAPER, orphans go to init")
		line := tie()
		parent := line.start("exec 3<&0; { read line <&3; exit 5; } & { read line <&3; exit 6; } & exit 4")
		Expect(r.next(ctx)).To(Equal(exited(parent, 4)))

		line.Cut()
		one, other := r.next(ctx), r.next(ctx)
		Expect([]int{one.PID, other.PID}).NotTo(ContainElement(parent))
		Expect(one.PID).NotTo(Equal(other.PID))
		Expect([]syscall.WaitStatus{one.Status, other.Status}).To(ConsistOf(
			syscall.WaitStatus(5<<8), syscall.WaitStatus(6<<8)))
		r.end(ctx)
	})

	It("keeps every exit until somebody asks for it", spec.Worth(1), func(ctx SpecContext) {
		r := start()
		impatient, giveUp := context.WithCancel(ctx)
		defer giveUp()
		gone := spec.Go(func() error { _, err := r.Next(impatient); return err })
		spec.Settled(ctx, gone)
		giveUp()
		Eventually(ctx, gone).Should(Receive(MatchError(context.Canceled)))
		expired, forget := context.WithDeadline(ctx, time.Unix(0, 0))
		defer forget()
		_, err := r.Next(expired)
		Expect(err).To(MatchError(context.DeadlineExceeded))

		crowd := tie()
		var pids []int
		var expected, seen []reaper.Exit
		for i := range 140 {
			pids = append(pids, crowd.start(lives(i)))
			expected = append(expected, exited(pids[i], i))
		}
		crowd.Cut()
		for _, pid := range pids {
			Eventually(ctx, spec.State).WithArguments(pid).Should(BeEmpty(), "nobody has reaped it")
		}
		for i := range expected {
			if i == 100 {
				r.Stop()
			}
			seen = append(seen, r.next(ctx))
		}
		Expect(seen).To(ConsistOf(expected))
		r.end(ctx)
	})

	It("wakes a caller for each exit when several wait", spec.Worth(1), func(ctx SpecContext) {
		r := start()
		crowd := tie()
		var expected, seen []reaper.Exit
		var waiting []<-chan reaper.Exit
		for i := range 20 {
			expected = append(expected, exited(crowd.start(lives(i)), i))
			waiting = append(waiting, spec.Go(func() reaper.Exit { exit, _ := r.Next(ctx); return exit }))
		}
		spec.Settled(ctx, waiting...)
		// What ends while a start runs may have to wait, and then comes all at once.
		proceed := r.hold(ctx)
		crowd.Cut()
		for _, exit := range expected {
			Eventually(ctx, spec.State).WithArguments(exit.PID).Should(BeElementOf("Z", ""))
		}
		proceed()
		for _, call := range waiting {
			exit := spec.Await(ctx, call, "there is an exit for each, and somebody still waits")
			seen = append(seen, exit)
		}
		Expect(seen).To(ConsistOf(expected))
		r.end(ctx)
	})

	It("makes callers wait without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		r := start()
		ended, living := tie(), tie()
		zombie, livingPID := ended.command(lives(1)), living.start(lives(2))
		release := r.claim(begin(zombie))
		ended.Cut()
		Eventually(ctx, spec.State).WithArguments(zombie.Process.Pid).Should(Equal("Z"))
		waiting := spec.Go(func() reaper.Exit { exit, _ := r.Next(ctx); return exit })
		spec.Idle(ctx)
		Expect(waiting).NotTo(Receive())

		living.Cut()
		Eventually(ctx, waiting).Should(Receive(Equal(exited(livingPID, 2))))
		Expect(status(zombie)).To(Equal(1))
		release()
		r.end(ctx)
	})
})
