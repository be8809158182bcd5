//go:build linux

package subprocess_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/subprocess"
)

// outcome is what a call of Join has returned.
type outcome struct {
	subprocess.Exit
	err error
}

func join(ctx context.Context, p *subprocess.Process) <-chan outcome {
	return spec.Go(func() outcome {
		exit, err := p.Join(ctx)
		return outcome{exit, err}
	})
}

// ended joins a process that is to end.
func ended(ctx context.Context, p *subprocess.Process) subprocess.Exit {
	GinkgoHelper()
	seen := spec.Await(ctx, join(ctx, p))
	Expect(seen.err).NotTo(HaveOccurred())
	return seen.Exit
}

// start starts a shell that reads from the tether, if there is one.
func start(input *os.File, script string) *subprocess.Process {
	GinkgoHelper()
	p := &subprocess.Process{Name: "worker", Command: shell(script), Stdin: input}
	begin(p)
	return p
}

// begin starts a process that ends with the spec at the latest. If the spec fails,
// there is nobody else to end it and let the answer wait for it.
func begin(p *subprocess.Process) {
	GinkgoHelper()
	Expect(p.Start()).To(Succeed())
	pid := p.PID()
	DeferCleanup(func() {
		if left, there := spec.Look(pid); there && left.Parent == os.Getpid() {
			unix.Kill(pid, unix.SIGKILL)
		}
	})
}

// startTogether starts a process from many goroutines at once, while others ask it.
func startTogether(ctx context.Context, p *subprocess.Process) {
	GinkgoHelper()
	DeferCleanup(func() {
		for _, child := range spec.Descendants() {
			if child.Parent == os.Getpid() {
				unix.Kill(child.PID, unix.SIGKILL)
			}
		}
	})
	together := spec.Gate(12)
	var starts []<-chan error
	var questions []<-chan int
	for range 6 {
		starts = append(starts, spec.Go(func() error {
			together.Enter(ctx)
			return p.Start()
		}))
		questions = append(questions, spec.Go(func() int {
			together.Enter(ctx)
			p.IsAlive()
			return p.PID()
		}))
	}
	started := 0
	for _, call := range starts {
		var err error
		if Eventually(ctx, call).Should(Receive(&err)); err == nil {
			started++
			continue
		}
		Expect(err).To(MatchError(subprocess.ErrStarted))
	}
	Expect(started).To(Equal(1), "calls of Start that succeeded")
	for _, call := range questions {
		pid := spec.Await(ctx, call)
		Expect(pid).To(BeElementOf(0, p.PID()))
	}
}

var _ = Describe("A process", func() {
	It("has the files that it is given, and /dev/null for those that are nil", spec.Worth(1), func(ctx SpecContext) {
		folder := spec.Folder()
		var given []*os.File
		for _, name := range []string{"in", "out", "err"} {
			file, err := os.Create(filepath.Join(folder, name))
			Expect(err).NotTo(HaveOccurred())
			defer file.Close()
			given = append(given, file)
		}
		stay := []string{"sleep", "600"}
		with := &subprocess.Process{Name: "with", Command: stay, Stdin: given[0], Stdout: given[1], Stderr: given[2]}
		without := &subprocess.Process{Name: "without", Command: stay}
		begin(with)
		begin(without)
		Expect(links(strconv.Itoa(with.PID()), 0, 1, 2)).To(Equal(links("self", given[0].Fd(), given[1].Fd(), given[2].Fd())))
		Expect(links(strconv.Itoa(without.PID()), 0, 1, 2)).To(HaveEach(os.DevNull))
		for _, p := range []*subprocess.Process{with, without} {
			Expect(p.Kill()).To(Succeed())
			Expect(ended(ctx, p)).To(Equal(killed))
		}
		for _, file := range given {
			_, err := file.Stat()
			Expect(err).NotTo(HaveOccurred(), "a file of the caller's was closed")
		}
	})

	It("is alive from its start to its end, and starts once", spec.Worth(1), func(ctx SpecContext) {
		line, missing := spec.Tie(), filepath.Join(spec.Folder(), "missing")
		p := &subprocess.Process{Name: "Ariadne", Stdin: line.Read}
		Expect(p.Start()).To(MatchError(ContainSubstring("Ariadne")), "an empty command")
		p.Command = []string{missing}
		Expect(p.Start()).To(MatchError(And(ContainSubstring("Ariadne"), ContainSubstring(missing))))
		Expect(p.PID()).To(BeZero())
		Expect(p.IsAlive()).To(BeFalse(), "it has not been started")
		early := spec.Await(ctx, join(ctx, p))
		Expect(early.err).To(MatchError(subprocess.ErrNotStarted))
		Expect(p.Terminate()).To(MatchError(subprocess.ErrNotStarted))
		Expect(p.Kill()).To(MatchError(subprocess.ErrNotStarted))

		p.Command = shell("read -r line; exit 3")
		startTogether(ctx, p)
		pid := p.PID()
		self, there := spec.Look(pid)
		Expect(there).To(BeTrue(), "no process has the pid %d", pid)
		Expect(self.Parent).To(Equal(os.Getpid()))
		Expect(self.Arguments).To(HaveLen(3))
		Expect(self.Arguments[1:]).To(Equal(p.Command[1:]))
		Expect(p.IsAlive()).To(BeTrue(), "it reads, and will for ever")
		Expect(p.Start()).To(MatchError(subprocess.ErrStarted))
		Expect(unix.Kill(pid, unix.SIGSTOP)).To(Succeed())
		Eventually(ctx, spec.State).WithArguments(pid).Should(Equal("T"))
		spec.Quiet(ctx)
		Expect(p.IsAlive()).To(BeTrue(), "who is stopped has not ended")
		Expect(unix.Kill(pid, unix.SIGCONT)).To(Succeed())

		line.Cut()
		Eventually(ctx, p.IsAlive).Should(BeFalse())
		Expect(ended(ctx, p)).To(Equal(exited(3)))
		Expect(p.Start()).To(MatchError(subprocess.ErrStarted))
		Expect(p.PID()).To(Equal(pid))
		Expect(spec.Descendants()).To(BeEmpty())
	})

	It("tells everybody who joins the same exit", spec.Worth(1), func(ctx SpecContext) {
		line := spec.Tie()
		p := start(line.Read, "read -r line; kill -TERM $$")
		var calls []<-chan outcome
		for range 8 {
			calls = append(calls, join(ctx, p))
		}
		spec.Settled(ctx, calls...)
		Expect(p.Start()).To(MatchError(subprocess.ErrStarted))
		Expect(p.IsAlive()).To(BeTrue(), "it reads, and will for ever")
		line.Cut()
		for _, call := range calls {
			seen := spec.Await(ctx, call)
			Expect(seen).To(Equal(outcome{Exit: terminated}))
			Expect(spec.State(p.PID())).To(BeEmpty(), "Join is back, and nobody has waited for the process")
			Expect(p.IsAlive()).To(BeFalse(), "Join has returned its exit")
		}
		Expect(ended(ctx, p)).To(Equal(terminated))
	})

	It("goes on when a Join gives up, which costs nothing until then", spec.Worth(1), func(ctx SpecContext) {
		line := spec.Tie()
		p := start(line.Read, "read -r line; exit 4")
		impatient, giveUp := context.WithCancel(ctx)
		defer giveUp()
		late, pass := spec.Late(ctx)
		gone, expired := join(impatient, p), join(late, p)
		spec.Idle(ctx)
		spec.Settled(ctx, gone, expired)
		giveUp()
		pass()
		var one, other outcome
		one = spec.Await(ctx, gone)
		other = spec.Await(ctx, expired)
		Expect(one.err).To(MatchError(context.Canceled))
		Expect(other.err).To(MatchError(context.DeadlineExceeded))
		lives(ctx, p.PID(), "a Join that gave up has ended the process")
		Expect(p.IsAlive()).To(BeTrue())

		line.Cut()
		Expect(ended(ctx, p)).To(Equal(exited(4)))
		for range 50 {
			exit, err := p.Join(impatient)
			Expect(err).NotTo(HaveOccurred(), "the exit is known, whatever the context")
			Expect(exit).To(Equal(exited(4)))
		}
	})

	It("is waited for as soon as it ends, and nobody else is", spec.Worth(2), func(ctx SpecContext) {
		others, line, last := spec.Tie(), spec.Tie(), spec.Tie()
		stranger := exec.Command("sh", "-c", "read -r line; exit 7")
		stranger.Stdin = others.Read
		Expect(stranger.Start()).To(Succeed())
		p, q := start(line.Read, "read -r line; exit 5"), start(last.Read, "read -r line; exit 6")
		others.Cut()
		Eventually(ctx, spec.State).WithArguments(stranger.Process.Pid).Should(Equal("Z"), "its owner has not waited for it yet")
		last.Cut()
		Eventually(ctx, spec.State).WithArguments(q.PID()).Should(BeEmpty(), "it has ended, and is a zombie until somebody joins")
		line.Cut()
		Eventually(ctx, spec.State).WithArguments(p.PID()).Should(BeEmpty(), "it has ended, and is a zombie until somebody joins")
		Eventually(ctx, p.IsAlive).Should(BeFalse())
		Eventually(ctx, q.IsAlive).Should(BeFalse())

		seen := finish(ctx, run(ctx, nil, "true"))
		Expect(seen.Exit).To(Equal(exited(0)))
		Expect(spec.State(stranger.Process.Pid)).To(Equal("Z"), "somebody has waited for a stranger's child")
		Expect(stranger.Wait()).To(MatchError("exit status 7"))
		Expect(ended(ctx, p)).To(Equal(exited(5)))
		Expect(ended(ctx, q)).To(Equal(exited(6)))
	})

	It("is asked to end by Terminate and made to by Kill, and it alone", spec.Worth(1), func(ctx SpecContext) {
		var none subprocess.Process
		Expect(none.Terminate()).To(MatchError(subprocess.ErrNotStarted))
		Expect(none.Kill()).To(MatchError(subprocess.ErrNotStarted))

		obedient := &subprocess.Process{Name: "obedient", Command: []string{"sleep", "600"}}
		begin(obedient)
		Expect(obedient.Terminate()).To(Succeed())
		Expect(ended(ctx, obedient)).To(Equal(terminated))

		pids := notepad()
		stubborn := start(nil, "trap '' TERM; sleep 600 & "+pids.of("$!")+"; exec sleep 600")
		grandchild := pids.read(ctx)[0]
		waiting := join(ctx, stubborn)
		spec.Settled(ctx, waiting)
		asked := spec.Go(stubborn.Terminate)
		err := spec.Await(ctx, asked)
		Expect(err).NotTo(HaveOccurred())
		lives(ctx, stubborn.PID(), "SIGTERM is ignored, and something else has ended it")
		Expect(stubborn.Kill()).To(Succeed())
		seen := spec.Await(ctx, waiting)
		Expect(seen).To(Equal(outcome{Exit: killed}))
		lives(ctx, grandchild, "Kill has killed a grandchild")
		slay(ctx, grandchild)

		for _, p := range []*subprocess.Process{obedient, stubborn} {
			Expect(p.Terminate()).To(MatchError(os.ErrProcessDone))
			Expect(p.Kill()).To(MatchError(os.ErrProcessDone))
		}
	})
})
