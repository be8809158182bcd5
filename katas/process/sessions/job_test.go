//go:build linux

package sessions_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/sessions"
)

// The members of a job say "ready" when they are as the spec wants them, so that
// none is signalled before.
const (
	// trio is a leader, its child and its grandchild, who live until the tether is
	// cut. They end with the statuses 3, 8 and 9.
	trio = `exec 3<&0
		(
			( echo ready; read line <&3; exit 9 ) &
			echo ready; read line <&3; wait; exit 8
		) &
		echo ready; read line <&3; wait; exit 3`

	// bequest is a leader that ends at once with status 3, and leaves a child with a
	// child of its own, and another child.
	bequest = `exec 3<&0
		(
			( echo ready; read line <&3; exit 9 ) &
			echo ready; read line <&3; wait; exit 8
		) &
		( echo ready; read line <&3; exit 7 ) &
		exit 3`

	// deaf is a member that SIGTERM doesn't end, but the end of the tether.
	deaf = `trap '' TERM; echo ready; read line <&3; exit 4`
)

// polite is a member that does work before SIGTERM ends it, with status. A wait is
// ended by a signal in every shell, which not everything else is. The sleep comes
// before the trap: a shell's child that hasn't begun its program may have the
// shell's traps still, and SIGTERM would be lost on it.
func polite(work string, status int) string {
	return `sleep 600 & trap '` + work + `; exit ` + strconv.Itoa(status) + `' TERM; echo ready; wait`
}

// crew is a job, what holds its members, and what they say.
type crew struct {
	*sessions.Job
	tether spec.Tether
	lines  <-chan string
}

// start starts a job that runs a script, whose standard input is a tether.
func start(own sessions.Own, script string) crew {
	GinkgoHelper()
	read, write, err := os.Pipe()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(read.Close)
	defer write.Close()
	line := spec.Tie()
	job, err := sessions.Start(own, line.Read, write, "sh", "-c", script)
	Expect(err).NotTo(HaveOccurred())
	lines := make(chan string, 64)
	go func() {
		for said := bufio.NewScanner(read); said.Scan(); {
			lines <- said.Text()
		}
	}()
	return crew{Job: job, tether: line, lines: lines}
}

// hear waits until n members have said the word.
func (c crew) hear(ctx context.Context, n int, word string) {
	GinkgoHelper()
	for range n {
		line := spec.Await(ctx, c.lines, "a member of the job has not said %q", word)
		Expect(line).To(Equal(word))
	}
}

// ready waits until n members are ready and returns the pids of all who are below
// the leader, itself included and first. /proc may leave somebody out of one look.
func (c crew) ready(ctx context.Context, n int) (pids []int) {
	GinkgoHelper()
	c.hear(ctx, n, "ready")
	Eventually(ctx, func() int {
		pids = c.members()
		return len(pids)
	}).Should(BeNumerically(">=", n))
	return pids
}

// members are those below the leader. They are found by their parents, so that it
// makes no difference which group they are really in.
func (c crew) members() []int {
	family, pids := map[int]bool{c.ID(): true}, []int{c.ID()}
	for _, process := range spec.Descendants() {
		if family[process.Parent] {
			family[process.PID] = true
			pids = append(pids, process.PID)
		}
	}
	return pids
}

// ending is what Wait returned.
type ending struct {
	status syscall.WaitStatus
	err    error
}

func (c crew) wait(ctx context.Context) <-chan ending {
	return spec.Go(func() ending {
		status, err := c.Wait(ctx)
		return ending{status, err}
	})
}

func (c crew) stop(grace context.Context) <-chan syscall.WaitStatus {
	return spec.Go(func() syscall.WaitStatus { return c.Stop(grace) })
}

// over receives how a leader ended.
func over(ctx context.Context, waiting <-chan ending) syscall.WaitStatus {
	GinkgoHelper()
	end := spec.Await(ctx, waiting)
	Expect(end.err).NotTo(HaveOccurred())
	return end.status
}

func stopped(ctx context.Context, stopping <-chan syscall.WaitStatus) syscall.WaitStatus {
	GinkgoHelper()
	return spec.Await(ctx, stopping)
}

// exited and killed are what wait(2) says of the ended.
func exited(status int) syscall.WaitStatus { return syscall.WaitStatus(status << 8) }

func killed(by syscall.Signal) syscall.WaitStatus { return syscall.WaitStatus(by) }

// left returns those of the processes that are still there, zombies too.
func left(pids []int) []spec.Process {
	was := map[int]bool{}
	for _, pid := range pids {
		was[pid] = true
	}
	var still []spec.Process
	for _, process := range spec.Descendants() {
		if was[process.PID] {
			still = append(still, process)
		}
	}
	return still
}

// states returns the letters of the processes' states, "" for who is gone.
func states(pids []int) (letters []string) {
	for _, pid := range pids {
		letters = append(letters, spec.State(pid))
	}
	return letters
}

// send sends a signal to processes one by one. They must be below this one: what an
// answer says of a pid may be anything, and 0 and -1 are many.
func send(sig syscall.Signal, pids ...int) {
	GinkgoHelper()
	for _, pid := range pids {
		Expect(left([]int{pid})).To(HaveLen(1), "%d is no process of this job", pid)
		Expect(syscall.Kill(pid, sig)).To(Succeed())
	}
}

// bystander starts a child of the spec's own, in the spec's own group, which ends
// with status when its tether is cut.
func bystander(line spec.Tether, status int) *exec.Cmd {
	GinkgoHelper()
	return named("sh", line, status)
}

// named is bystander for a shell at a path of its own. Its first argument is "sh"
// still: where one program is every command, that says which.
func named(shell string, line spec.Tether, status int) *exec.Cmd {
	GinkgoHelper()
	command := exec.Command(shell, "-c", "read line; exit "+strconv.Itoa(status))
	command.Args[0] = "sh"
	command.Stdin = line.Read
	Expect(command.Start()).To(Succeed())
	return command
}

// statusOf waits for a child as its owner does.
func statusOf(command *exec.Cmd) int {
	GinkgoHelper()
	if err := command.Wait(); err != nil {
		var exit *exec.ExitError
		Expect(errors.As(err, &exit)).To(BeTrue(), "the exit status of a child that isn't in the job was taken away: %v", err)
	}
	return command.ProcessState.ExitCode()
}
