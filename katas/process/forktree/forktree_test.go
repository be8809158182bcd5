//go:build linux

package forktree_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/forktree"
)

func TestForkTree(t *testing.T) { spec.Run(t) }

// grown is what Grow returned.
type grown struct {
	tree forktree.Tree
	fell func() error
	err  error
}

// growing calls Grow in a goroutine of its own.
func growing(ctx context.Context, levels int, command []string) <-chan grown {
	return spec.Go(func() grown {
		tree, fell, err := forktree.Grow(ctx, levels, command...)
		return grown{tree, fell, err}
	})
}

// finish waits until a call of Grow has returned.
func finish(ctx context.Context, call <-chan grown) grown {
	GinkgoHelper()
	return spec.Await(ctx, call, "Grow never returns")
}

// stand is finish for a Grow that must succeed.
func stand(ctx context.Context, call <-chan grown) (forktree.Tree, func() error) {
	GinkgoHelper()
	done := finish(ctx, call)
	Expect(done.err).NotTo(HaveOccurred())
	return done.tree, done.fell
}

// grow grows a tree of nodes.
func grow(ctx context.Context, levels int) (forktree.Tree, func() error) {
	GinkgoHelper()
	return stand(ctx, growing(ctx, levels, node.Command()))
}

// end calls fell, which must return, and returns what it returned.
func end(ctx context.Context, fell func() error) error {
	GinkgoHelper()
	return spec.Await(ctx, spec.Go(fell), "fell never returns")
}

// gone expects that nothing is left below this process.
func gone() {
	GinkgoHelper()
	Expect(spec.Descendants()).To(BeEmpty(), "processes, or zombies, are left")
}

var _ = Describe("A tree of forks", func() {
	It("has the processes of the loop, each below the one that started it", spec.Worth(2), func(ctx SpecContext) {
		// The command has an argument without a letter, and one that is easily split.
		command := shell("exec \"$@\" # commas, semicolons; spaces\n", append([]string{""}, node.Command()...)...)
		tree, fell := stand(ctx, growing(ctx, 3, command))
		processes := spec.Descendants()
		Expect(processes).To(HaveLen(7), "with the caller, three levels are eight processes")
		standing := seen(os.Getpid(), processes)
		Expect(shape(standing)).To(Equal(binomial(3)))
		Expect(shape(tree)).To(Equal(binomial(3)))
		Expect(tree.PID).To(Equal(os.Getpid()))
		Expect(pids(tree)).To(ConsistOf(below()))
		for i, child := range tree.Children {
			Expect(child.PID).To(Equal(standing.Children[i].PID))
			Expect(pids(child)).To(ConsistOf(pids(standing.Children[i])))
		}
		Expect(end(ctx, fell)).To(Succeed())
	})

	It("is the caller alone when there are no levels", spec.Worth(1), func(ctx SpecContext) {
		before := childFaults()
		for _, command := range [][]string{nil, node.Command()} {
			tree, fell := stand(ctx, growing(ctx, 0, command))
			Expect(tree.PID).To(Equal(os.Getpid()))
			Expect(tree.Children).To(BeEmpty())
			Expect(end(ctx, fell)).To(Succeed())
		}
		Expect(finish(ctx, growing(ctx, -1, node.Command())).err).To(HaveOccurred(), "fewer than no levels")
		Expect(finish(ctx, growing(ctx, 1, nil)).err).To(HaveOccurred(), "a level, and no command")
		Expect(childFaults()).To(Equal(before), "processes were started")
	})

	It("is gone, zombies and grandchildren too, when fell returns", spec.Worth(1), func(ctx SpecContext) {
		_, fell := grow(ctx, 2)
		Expect(spec.Descendants()).To(HaveLen(3))
		Expect(end(ctx, fell)).To(Succeed())
		gone()
	})

	It("starts all children of a process before the first one stands", spec.Worth(1), func(ctx SpecContext) {
		line := turn()
		call := growing(ctx, 2, line.command("true"))
		Eventually(ctx, held).Should(Equal(2), "children wait on their way to Node, and two should")
		line.pass(2)
		// Now the grandchild is all that lacks.
		Eventually(ctx, func() int { return len(spec.Descendants()) }).Should(Equal(3))
		Eventually(ctx, held).Should(Equal(1))
		spec.Settled(ctx, call)
		line.pass(1)
		tree, fell := stand(ctx, call)
		Expect(pids(tree)).To(ConsistOf(below()))
		Expect(end(ctx, fell)).To(Succeed())

		// Further down, too.
		line = turn()
		call = growing(ctx, 3, line.command("! "+mine()))
		Eventually(ctx, held).Should(Equal(3), "grandchildren wait on their way to Node, and three should")
		line.pass(4)
		tree, fell = stand(ctx, call)
		Expect(pids(tree)).To(ConsistOf(below()))
		Expect(end(ctx, fell)).To(Succeed())
	})

	It("goes on standing when the context ends, and the thread that called Grow", spec.Worth(1), func(ctx SpecContext) {
		growth, cancel := context.WithCancel(ctx)
		defer cancel()
		tree, fell := stand(ctx, growingOnThread(growth, 1, node.Command()))
		cancel()
		spec.Quiet(ctx)
		Expect(spec.Descendants()).To(HaveLen(1))
		Expect(spec.State(tree.Children[0].PID)).NotTo(BeElementOf("Z", ""), "what stood has ended")
		Expect(end(ctx, fell)).To(Succeed())
		gone()
	})

	It("waits without burning CPU, growing, standing and felled", spec.Worth(1), func(ctx SpecContext) {
		line := turn()
		call := growing(ctx, 1, line.command("true"))
		Eventually(ctx, held).Should(Equal(1))
		spec.Idle(ctx)
		line.pass(1)
		tree, fell := stand(ctx, call)
		spec.Idle(ctx)

		// What is stopped ends later, if it isn't killed.
		child := tree.Children[0].PID
		Expect(unix.Kill(child, unix.SIGSTOP)).To(Succeed())
		Eventually(ctx, spec.State).WithArguments(child).Should(Equal("T"))
		felled := spec.Go(fell)
		spec.Idle(ctx)
		unix.Kill(child, unix.SIGCONT)
		spec.Await(ctx, felled, "fell never returns")
		gone()
	})

	It("stands beside others", spec.Worth(1), func(ctx SpecContext) {
		line := turn()
		one, other := growing(ctx, 1, line.command("true")), growing(ctx, 1, line.command("true"))
		Eventually(ctx, held).Should(Equal(2))
		line.pass(2)
		oneTree, fellOne := stand(ctx, one)
		otherTree, fellOther := stand(ctx, other)
		Expect(append(pids(oneTree), pids(otherTree)...)).To(ConsistOf(below()))

		Expect(end(ctx, fellOne)).To(Succeed())
		Expect(below()).To(Equal(pids(otherTree)))
		spec.Quiet(ctx)
		Expect(spec.State(otherTree.Children[0].PID)).NotTo(BeElementOf("Z", ""), "with one tree, the other was felled")
		Expect(end(ctx, fellOther)).To(Succeed())
		gone()
	})

	It("leaves the caller's other children to the caller", spec.Worth(1), func(ctx SpecContext) {
		stranger := start("exit 5", nil)
		Eventually(ctx, spec.State).WithArguments(stranger.Process.Pid).Should(Equal("Z"))
		_, fell := grow(ctx, 1)
		Expect(end(ctx, fell)).To(Succeed())
		Expect(stranger.Wait()).To(MatchError("exit status 5"))
	})

	It("shares what the caller keeps open with nobody", spec.Worth(1), func(ctx SpecContext) {
		line := spec.Tie()
		before := start("read line", line.Read)
		own := ends(os.Getpid())
		tree, fell := grow(ctx, 2)
		kept := besides(ends(os.Getpid()), own)
		for _, pid := range pids(tree) {
			Expect(among(ends(pid), kept)).To(BeEmpty(), "a process of the tree holds an end that the caller keeps")
		}
		after := start("read line", line.Read)
		Expect(besides(ends(after.Process.Pid), ends(before.Process.Pid))).To(BeEmpty(), "a program that has nothing to do with the tree got an end of its pipes")
		line.Cut()
		before.Wait()
		after.Wait()
		Expect(end(ctx, fell)).To(Succeed())
	})

	When("a process ends too early", func() {
		It("is an error, however deep it was", spec.Worth(1), func(ctx SpecContext) {
			command := shell(mine()+` && exec "$@"; exit 7`, append([]string{"sh"}, node.Command()...)...)
			Expect(finish(ctx, growing(ctx, 2, command)).err).To(HaveOccurred(), "the grandchild has ended with exit status 7")
			gone()
		})

		It("is an error, whatever its exit status says", spec.Worth(1), func(ctx SpecContext) {
			missing := filepath.Join(spec.Folder(), "missing")
			for _, command := range [][]string{shell("exit 0"), shell("exit 3"), shell("kill -9 $$"), {missing}} {
				Expect(finish(ctx, growing(ctx, 2, command)).err).To(HaveOccurred(), "%q never gets to Node", command)
				gone()
			}
		})

		It("is an error of fell when the tree stood", spec.Worth(1), func(ctx SpecContext) {
			tree, fell := grow(ctx, 2)
			Expect(shape(tree)).To(Equal(binomial(2)))
			grandchild := tree.Children[0].Children[0].PID
			Expect(unix.Kill(grandchild, unix.SIGKILL)).To(Succeed())
			Eventually(ctx, spec.State).WithArguments(grandchild).Should(BeElementOf("Z", ""))
			Expect(end(ctx, fell)).To(HaveOccurred(), "a grandchild was killed")
			gone()
		})
	})

	It("leaves nothing when the next process can't be started", spec.Worth(1), func(ctx SpecContext) {
		program, err := exec.LookPath("true")
		Expect(err).NotTo(HaveOccurred())
		line := scarce.Command(program)
		short := exec.Command(line[0], line[1:]...)
		var said []byte
		err = spec.Await(ctx, spec.Go(func() (err error) {
			said, err = short.CombinedOutput()
			return err
		}))
		Expect(err).NotTo(HaveOccurred(), "in a process that has few descriptors left:\n%s", said)
	})

	When("the context ends", func() {
		It("leaves nothing of a half-grown tree", spec.Worth(2), func(ctx SpecContext) {
			growth, cancel := context.WithCancelCause(ctx)
			defer cancel(nil)
			line := turn()
			call := growing(growth, 2, line.command("! "+mine()))
			Eventually(ctx, held).Should(Equal(1), "the grandchild waits on its way to Node")
			spec.Settled(ctx, call)
			cancel(errors.New("the caller has changed its mind"))
			line.pass(1)
			Expect(finish(ctx, call).err).To(MatchError(context.Canceled), "ctx.Err() and not its cause")
			gone()
		})

		It("starts nothing if that was before the call", spec.Worth(1), func(ctx SpecContext) {
			before := childFaults()
			over, cancel := context.WithDeadline(ctx, time.Unix(0, 0))
			defer cancel()
			Expect(finish(ctx, growing(over, 2, node.Command())).err).To(MatchError(context.DeadlineExceeded))
			Expect(childFaults()).To(Equal(before), "processes were started, though they may not have come far")
		})
	})

	It("ends below a process that is killed, be it the caller", spec.Worth(1), func(ctx SpecContext) {
		line := spec.Tie()
		lonely := begin(ctx, caller.Command(), line.Read)
		lost := below()
		Expect(lost).To(HaveLen(4), "two levels are four processes with their caller")
		Expect(lonely.Process.Kill()).To(Succeed())
		Expect(lonely.Wait()).To(MatchError("signal: killed"))
		lost = lost[1:]
		for _, pid := range lost {
			Eventually(ctx, spec.State).WithArguments(pid).Should(BeElementOf("Z", ""), "nobody has told a process that its tree has lost the caller")
		}
		bury(lost)
		gone()

		tree, fell := grow(ctx, 2)
		orphan := tree.Children[0].Children[0].PID
		Expect(unix.Kill(tree.Children[0].PID, unix.SIGKILL)).To(Succeed())
		Eventually(ctx, spec.State).WithArguments(orphan).Should(BeElementOf("Z", ""), "the process above it was killed, and it stands")
		Expect(end(ctx, fell)).To(HaveOccurred(), "a child was killed")
		bury([]int{orphan})
		gone()
	})
})
