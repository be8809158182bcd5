//go:build linux

package sessions_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/sessions"
)

func TestSessions(t *testing.T) { spec.Run(t) }

var _ = Describe("A job", func() {
	It("is started in a group or a session of its own", spec.Worth(1), func(ctx SpecContext) {
		self, _ := spec.Look(os.Getpid())
		for _, own := range []sessions.Own{sessions.Group, sessions.Session} {
			crew := start(own, trio)
			pids := crew.ready(ctx, 3)
			Expect(pids).To(HaveLen(3))
			session := self.Session
			if own == sessions.Session {
				session = crew.ID()
			}
			for _, pid := range pids {
				member, _ := spec.Look(pid)
				Expect(member.Group).To(Equal(crew.ID()), "the group of a member, found in /proc")
				Expect(member.Session).To(Equal(session), "the session of a member, found in /proc")
			}
			Expect(pids[0]).To(Equal(crew.ID()))
			leader, _ := spec.Look(crew.ID())
			Expect(leader.Parent).To(Equal(os.Getpid()))
			crew.tether.Cut()
			Expect(over(ctx, crew.wait(ctx))).To(Equal(exited(3)))
		}
		now, _ := spec.Look(os.Getpid())
		Expect([]int{now.Group, now.Session}).To(Equal([]int{self.Group, self.Session}), "the caller's own group and session")
	})

	It("leaves nothing behind if it cannot be started", spec.Worth(1), func(ctx SpecContext) {
		read, write, err := os.Pipe()
		Expect(err).NotTo(HaveOccurred())
		defer read.Close()
		defer write.Close()
		missing := filepath.Join(spec.Folder(), "missing")
		for _, own := range []sessions.Own{sessions.Group, sessions.Session} {
			_, err = sessions.Start(own, read, write, missing, "argument")
			Expect(err).To(HaveOccurred(), "a program that isn't there")
			_, err = sessions.Start(own, read, write)
			Expect(err).To(HaveOccurred(), "an empty command line")
		}
		Expect(spec.Descendants()).To(BeEmpty())
		_, err = write.Stat()
		Expect(err).NotTo(HaveOccurred(), "Start has closed out")

		GinkgoT().Setenv("DOJO_WORD", "environment")
		job, err := sessions.Start(sessions.Session, read, write, "sh", "-c", `read -r line; echo "<$line> $DOJO_WORD"`)
		Expect(err).NotTo(HaveOccurred())
		_, err = write.WriteString("words\n")
		Expect(err).NotTo(HaveOccurred(), "Start has closed out")
		Expect(over(ctx, crew{Job: job}.wait(ctx))).To(Equal(exited(0)))
		line := spec.Go(func() string { text, _ := bufio.NewReader(read).ReadString('\n'); return text })
		Eventually(ctx, line).Should(Receive(Equal("<words> environment\n")))
	})

	It("reports how the leader ended, not how others did", spec.Worth(1), func(ctx SpecContext) {
		first := start(sessions.Group, bequest)
		first.hear(ctx, 3, "ready")
		first.tether.Cut()
		Expect(over(ctx, first.wait(ctx))).To(Equal(exited(3)))
		Expect(over(ctx, first.wait(ctx))).To(Equal(exited(3)))

		last := start(sessions.Session, `exec 3<&0; (exit 9) & (exit 8) & wait; kill -USR1 $$`)
		Expect(over(ctx, last.wait(ctx))).To(Equal(killed(unix.SIGUSR1)))

		job, err := sessions.Start(sessions.Group, nil, nil, "sh", "-c", `read line && exit 1; echo into nowhere || exit 2; (exit 9) & wait; exit 5`)
		Expect(err).NotTo(HaveOccurred())
		Expect(over(ctx, crew{Job: job}.wait(ctx))).To(Equal(exited(5)), "1 would mean that a nil in isn't empty, 2 that a nil out can't be written to")
	})

	When("somebody waits for it", func() {
		It("is waited for to the last member, not only to the leader", spec.Worth(2), func(ctx SpecContext) {
			for _, own := range []sessions.Own{sessions.Group, sessions.Session} {
				crew := start(own, bequest)
				crew.hear(ctx, 3, "ready")
				waiting := crew.wait(ctx)
				Eventually(ctx, living).WithArguments(crew.ID()).Should(HaveLen(3), "the leader has ended, and three are left")
				spec.Settled(ctx, waiting)

				// Without its parent, the grandchild becomes this process's child.
				for left := 2; left > 0; left-- {
					send(unix.SIGKILL, eldest(crew.ID()))
					Eventually(ctx, living).WithArguments(crew.ID()).Should(HaveLen(left))
					spec.Settled(ctx, waiting)
				}
				crew.tether.Cut()
				Expect(over(ctx, waiting)).To(Equal(exited(3)))
				Expect(inGroup(crew.ID())).To(BeEmpty())
			}
		})

		It("goes on when the caller gives up", spec.Worth(1), func(ctx SpecContext) {
			crew := start(sessions.Group, trio)
			pids := crew.ready(ctx, 3)
			impatient, giveUp := context.WithCancel(ctx)
			defer giveUp()
			late, pass := spec.Late(ctx)
			first, second := crew.wait(impatient), crew.wait(late)
			stays, alsoStays := crew.wait(ctx), crew.wait(ctx)
			spec.Settled(ctx, first, second, stays, alsoStays)
			giveUp()
			end := spec.Await(ctx, first)
			Expect(end.err).To(MatchError(context.Canceled))
			pass()
			end = spec.Await(ctx, second)
			Expect(end.err).To(MatchError(context.DeadlineExceeded))

			spec.Settled(ctx, stays, alsoStays)
			Expect(states(pids)).To(HaveEach("S"), "the members still wait for their input")
			crew.tether.Cut()
			Expect(over(ctx, stays)).To(Equal(exited(3)))
			Expect(over(ctx, alsoStays)).To(Equal(exited(3)))
			Expect(over(ctx, crew.wait(ctx))).To(Equal(exited(3)))
		})

		It("costs no CPU", spec.Worth(1), func(ctx SpecContext) {
			crew := start(sessions.Group, `exec 3<&0; ( `+deaf+` ) & exit 3`)
			crew.hear(ctx, 1, "ready")
			Eventually(ctx, spec.State).WithArguments(crew.ID()).Should(BeElementOf("Z", ""))
			grace, end := context.WithCancel(ctx)
			defer end()
			waiting, stopping := crew.wait(ctx), crew.stop(grace)
			spec.Idle(ctx)
			Expect(waiting).NotTo(Receive())
			Expect(stopping).NotTo(Receive())
			end()
			Expect(spec.Await(ctx, stopping)).To(Equal(exited(3)))
			Expect(over(ctx, waiting)).To(Equal(exited(3)))
		})

		It("leaves the exit statuses of other children to their owners", spec.Worth(2), func(ctx SpecContext) {
			before, during := spec.Tie(), spec.Tie()
			early, late := bystander(before, 7), bystander(during, 8)
			apart := exec.Command("sh", "-c", "exit 6")
			apart.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			Expect(apart.Start()).To(Succeed())
			before.Cut()
			Eventually(ctx, states).WithArguments([]int{early.Process.Pid, apart.Process.Pid}).Should(HaveEach("Z"))

			crew, other := start(sessions.Group, bequest), start(sessions.Group, trio)
			crew.hear(ctx, 3, "ready")
			other.hear(ctx, 3, "ready")
			waiting, otherWaiting := crew.wait(ctx), other.wait(ctx)
			during.Cut()
			Eventually(ctx, spec.State).WithArguments(late.Process.Pid).Should(BeElementOf("Z", ""))
			spec.Settled(ctx, waiting, otherWaiting)
			other.tether.Cut()
			Expect(over(ctx, otherWaiting)).To(Equal(exited(3)))
			spec.Settled(ctx, waiting)
			Expect(spec.Await(ctx, crew.stop(ctx))).To(Equal(exited(3)))
			Expect(over(ctx, waiting)).To(Equal(exited(3)))
			Expect([]int{statusOf(early), statusOf(late), statusOf(apart)}).To(Equal([]int{7, 8, 6}))
		})
	})
})

// inGroup returns the descendants in a group, zombies too.
func inGroup(id int) (members []spec.Process) {
	for _, process := range spec.Descendants() {
		if process.Group == id {
			members = append(members, process)
		}
	}
	return members
}

// living are those in a group that have not ended.
func living(id int) (members []spec.Process) {
	for _, process := range inGroup(id) {
		if process.State != "Z" {
			members = append(members, process)
		}
	}
	return members
}

// eldest returns a living member that is this process's child, one with a child of
// its own if there is one.
func eldest(id int) (pid int) {
	members := living(id)
	for _, process := range members {
		for _, other := range members {
			if other.Parent == process.PID {
				return process.PID
			}
		}
		pid = process.PID
	}
	return pid
}
