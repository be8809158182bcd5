//go:build linux

package sessions_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/sessions"
)

var _ = Describe("A job", func() {
	When("it is signalled", func() {
		It("ends with its grandchildren", spec.Worth(2), func(ctx SpecContext) {
			for _, own := range []sessions.Own{sessions.Group, sessions.Session} {
				crew := start(own, trio)
				pids := crew.ready(ctx, 3)
				Expect(pids).To(HaveLen(3))
				waiting := crew.wait(ctx)
				Expect(crew.Signal(unix.SIGTERM)).To(Succeed())
				Expect(over(ctx, waiting)).To(Equal(killed(unix.SIGTERM)))
				Expect(left(pids)).To(BeEmpty())
			}
		})

		It("is the only one that hears of it", spec.Worth(2), func(ctx SpecContext) {
			line := spec.Tie()
			neighbour := bystander(line, 7)
			crew, other := start(sessions.Group, trio), start(sessions.Group, trio)
			mine, others := crew.ready(ctx, 3), append(other.ready(ctx, 3), neighbour.Process.Pid)
			all := append(others, mine...)
			send(unix.SIGSTOP, all...)
			Eventually(ctx, states).WithArguments(all).Should(HaveEach("T"))
			// Whoever hears of SIGCONT is stopped no more, and takes no harm.
			Expect(crew.Signal(unix.SIGCONT)).To(Succeed())
			Eventually(ctx, states).WithArguments(mine).Should(HaveEach("S"))
			spec.Quiet(ctx)
			Expect(states(others)).To(HaveEach("T"), "a process outside the job was continued")

			Expect(crew.Signal(unix.SIGKILL)).To(Succeed())
			Expect(over(ctx, crew.wait(ctx))).To(Equal(killed(unix.SIGKILL)))
			Expect(states(others)).To(HaveEach("T"), "a process outside the job was continued or killed")
			send(unix.SIGCONT, others...)
			line.Cut()
			other.tether.Cut()
			Expect(over(ctx, other.wait(ctx))).To(Equal(exited(3)))
			Expect(statusOf(neighbour)).To(Equal(7))
		})

		It("takes no harm when nobody is left to hear it", spec.Worth(1), func(ctx SpecContext) {
			crew := start(sessions.Session, trio)
			pids := crew.ready(ctx, 3)
			Expect(crew.Signal(unix.Signal(200))).To(MatchError(unix.EINVAL))
			crew.tether.Cut()
			for _, pid := range pids {
				Eventually(ctx, spec.State).WithArguments(pid).Should(BeElementOf("Z", ""))
			}
			Expect(crew.Signal(unix.SIGTERM)).To(Succeed())
			Expect(over(ctx, crew.wait(ctx))).To(Equal(exited(3)))

			ended, end := context.WithCancel(ctx)
			end()
			Expect(crew.Signal(unix.SIGTERM)).To(Succeed())
			Expect(crew.Signal(unix.SIGKILL)).To(Succeed())
			Expect(spec.Await(ctx, crew.stop(ctx))).To(Equal(exited(3)))
			Expect(spec.Await(ctx, crew.stop(ended))).To(Equal(exited(3)))
			Expect(over(ctx, crew.wait(ctx))).To(Equal(exited(3)))
		})
	})

	When("it is stopped", func() {
		It("is killed when the grace ends if it does not listen, and not before", spec.Worth(2), func(ctx SpecContext) {
			crew := start(sessions.Group, `exec 3<&0; ( `+deaf+` ) & `+polite("true", 5))
			pids := crew.ready(ctx, 2)
			grace, end := context.WithCancel(ctx)
			defer end()
			stopping := crew.stop(grace)
			Eventually(ctx, spec.State).WithArguments(crew.ID()).Should(BeElementOf("Z", ""))
			Eventually(ctx, func() []string { return alive(pids) }).Should(Equal([]string{"S"}), "one member ignores SIGTERM")
			spec.Settled(ctx, stopping)
			Expect(alive(pids)).To(Equal([]string{"S"}), "it was killed before the grace ended")
			end()
			Expect(spec.Await(ctx, stopping)).To(Equal(exited(5)))
			Expect(left(pids)).To(BeEmpty())

			leader := start(sessions.Session, `exec 3<&0; ( `+deaf+` ) & `+deaf)
			pids = leader.ready(ctx, 2)
			// As with a second Ctrl-C, the one who has less patience is not kept by the other.
			patient := leader.stop(context.WithoutCancel(ctx))
			spec.Settled(ctx, patient)
			late, pass := spec.Late(ctx)
			stopping = leader.stop(late)
			spec.Settled(ctx, patient, stopping)
			Expect(leader.Signal(unix.SIGTERM)).To(Succeed())
			spec.Settled(ctx, patient, stopping)
			Expect(states(pids)).To(HaveEach("S"), "it was killed before the grace ended")
			pass()
			Expect(spec.Await(ctx, stopping)).To(Equal(killed(unix.SIGKILL)))
			Expect(spec.Await(ctx, patient)).To(Equal(killed(unix.SIGKILL)))
			Expect(left(pids)).To(BeEmpty())

			hasty := start(sessions.Group, `exec 3<&0; ( `+deaf+` ) & `+deaf)
			pids = hasty.ready(ctx, 2)
			Expect(spec.Await(ctx, hasty.stop(grace))).To(Equal(killed(unix.SIGKILL)))
			Expect(left(pids)).To(BeEmpty())
		})

		It("is given the time that it needs to end, and no more", spec.Worth(1), func(ctx SpecContext) {
			work := "echo closing; read line <&3; echo closed"
			crew := start(sessions.Group, `exec 3<&0; ( `+polite(work, 6)+` ) & `+polite(work, 5))
			pids := crew.ready(ctx, 2)
			// This grace has no end: who waits for it waits for ever.
			stopping := crew.stop(context.WithoutCancel(ctx))
			crew.hear(ctx, 2, "closing")
			spec.Settled(ctx, stopping)
			crew.tether.Cut()
			Expect(spec.Await(ctx, stopping)).To(Equal(exited(5)))
			crew.hear(ctx, 2, "closed")
			Expect(left(pids)).To(BeEmpty())
		})

		It("is continued if it was suspended, so that it can end", spec.Worth(1), func(ctx SpecContext) {
			crew := start(sessions.Session, `( `+polite("true", 6)+` ) & `+polite("true", 5))
			pids := crew.ready(ctx, 2)
			waiting := crew.wait(ctx)
			send(unix.SIGSTOP, pids...)
			Eventually(ctx, states).WithArguments(pids).Should(HaveEach("T"))
			spec.Settled(ctx, waiting)
			Expect(spec.Await(ctx, crew.stop(ctx))).To(Equal(exited(5)))
			Expect(over(ctx, waiting)).To(Equal(exited(5)))
			Expect(left(pids)).To(BeEmpty())
		})
	})
})

// alive returns the states of those who have not ended.
func alive(pids []int) (letters []string) {
	for _, pid := range pids {
		if state := spec.State(pid); state != "" && state != "Z" {
			letters = append(letters, state)
		}
	}
	return letters
}

var _ = Describe("The facts of a process", func() {
	It("say whom it belongs to and whom it leads", spec.Worth(1), func(ctx SpecContext) {
		facts := func(pid int) sessions.Facts {
			GinkgoHelper()
			seen, err := sessions.FactsOf(pid)
			Expect(err).NotTo(HaveOccurred())
			return seen
		}
		self, _ := spec.Look(os.Getpid())
		Expect(facts(self.PID)).To(Equal(sessions.Facts{
			Group: self.Group, Session: self.Session, LeadsGroup: self.Group == self.PID, LeadsSession: self.Session == self.PID,
		}))
		group, session := start(sessions.Group, trio), start(sessions.Session, trio)
		inGroup, inSession := group.ready(ctx, 3), session.ready(ctx, 3)
		Expect(facts(group.ID())).To(Equal(sessions.Facts{Group: group.ID(), Session: self.Session, LeadsGroup: true}))
		Expect(facts(session.ID())).To(Equal(sessions.Facts{Group: session.ID(), Session: session.ID(), LeadsGroup: true, LeadsSession: true}))
		for i := 1; i < 3; i++ {
			Expect(facts(inGroup[i])).To(Equal(sessions.Facts{Group: group.ID(), Session: self.Session}))
			Expect(facts(inSession[i])).To(Equal(sessions.Facts{Group: session.ID(), Session: session.ID()}))
		}
		for _, crew := range []crew{group, session} {
			crew.tether.Cut()
			Expect(over(ctx, crew.wait(ctx))).To(Equal(exited(3)))
		}

		// Its name looks like the fields that follow it in proc_pid_stat(5).
		shell, err := exec.LookPath("sh")
		Expect(err).NotTo(HaveOccurred())
		path := filepath.Join(spec.Folder(), "a) R 1 (b")
		Expect(os.Symlink(shell, path)).To(Succeed())
		line := spec.Tie()
		child := named(path, line, 7)
		Expect(facts(child.Process.Pid)).To(Equal(sessions.Facts{Group: self.Group, Session: self.Session}))
		line.Cut()
		Eventually(ctx, spec.State).WithArguments(child.Process.Pid).Should(Equal("Z"))
		Expect(facts(child.Process.Pid)).To(Equal(sessions.Facts{Group: self.Group, Session: self.Session}))
		Expect(statusOf(child)).To(Equal(7))
		for _, nobody := range []int{child.Process.Pid, 0, -1, -self.PID} {
			_, err := sessions.FactsOf(nobody)
			Expect(err).To(MatchError(unix.ESRCH), "the facts of %d, which is no process's pid", nobody)
		}
	})
})
