//go:build linux

package pstree_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/pstree"
)

// child is a shell that sleeps until its tether is cut.
type child struct {
	command *exec.Cmd
	tether  spec.Tether
}

func (c child) pid() int { return c.command.Process.Pid }

// signal sends a signal, which a zombie takes as well.
func (c child) signal(number syscall.Signal) {
	GinkgoHelper()
	Expect(syscall.Kill(c.pid(), number)).To(Succeed())
}

// start starts a shell that goes by a command of its own. It is killed and waited
// for after the spec.
func start(name string) child {
	GinkgoHelper()
	shell, err := exec.LookPath("sh")
	Expect(err).NotTo(HaveOccurred())
	path := filepath.Join(spec.Folder(), name)
	Expect(os.Symlink(shell, path)).To(Succeed())
	c := child{&exec.Cmd{Path: path, Args: []string{"sh", "-c", "read line"}}, spec.Tie()}
	c.command.Stdin = c.tether.Read
	Expect(c.command.Start()).To(Succeed())
	DeferCleanup(func() {
		c.command.Process.Kill()
		c.command.Wait()
	})
	return c
}

// below returns the processes below pid, as the kernel has them.
func below(pid int) (all []spec.Process) {
	family := map[int]bool{pid: true}
	for _, process := range spec.Descendants() {
		if family[process.Parent] {
			family[process.PID] = true
			all = append(all, process)
		}
	}
	return all
}

// ps is what ps(1) says of a process, where one is installed that can say it: its
// pid, its parent's, its state, its nice value and its number of threads.
func ps(pid int) []string {
	out, err := exec.Command("ps", "-o", "pid=,ppid=,stat=,ni=,nlwp=", "-p", strconv.Itoa(pid)).Output()
	fields := strings.Fields(string(out))
	if err != nil || len(fields) != 5 {
		return nil
	}
	fields[2] = fields[2][:1] // the rest of it are remarks
	return fields
}

var _ = Describe("A real process", func() {
	It("is seen asleep, stopped and as a zombie", spec.Worth(1), func(ctx SpecContext) {
		c := start("brief")
		Expect(syscall.Setpriority(syscall.PRIO_PROCESS, c.pid(), 19)).To(Succeed())
		expect := func(state string) (process pstree.Process) {
			GinkgoHelper()
			Eventually(ctx, spec.State).WithArguments(c.pid()).Should(Equal(state))
			// Again and again, since a process that sleeps may wake for a moment.
			Eventually(ctx, func() (_ string, err error) {
				process, err = pstree.Read("/proc", c.pid())
				return process.State, err
			}).Should(Equal(state))
			Expect(process.PID).To(Equal(c.pid()))
			Expect(process.Parent).To(Equal(os.Getpid()))
			Expect(process.Command).To(Equal("brief"))
			Expect(process.Nice).To(Equal(19))
			return process
		}

		page := int64(os.Getpagesize())
		spec.Quiet(ctx)
		asleep := expect("S")
		Expect(asleep.Resident+asleep.Swap).To(BeNumerically(">=", page), "a shell has at least a page of memory")
		c.signal(syscall.SIGSTOP)
		stopped := expect("T")
		Expect(stopped.Resident+stopped.Swap).To(BeNumerically(">=", page), "a stopped shell has at least a page of memory")
		if fields := ps(c.pid()); fields != nil {
			Expect([]string{
				strconv.Itoa(stopped.PID), strconv.Itoa(stopped.Parent), stopped.State,
				strconv.Itoa(stopped.Nice), strconv.Itoa(stopped.Threads),
			}).To(Equal(fields), "this is what ps says")
		}
		c.signal(syscall.SIGCONT)
		spec.Quiet(ctx)
		expect("S")

		c.tether.Cut()
		zombie := expect("Z")
		Expect(zombie.Resident).To(BeZero(), "a zombie has no memory")
		Expect(zombie.Swap).To(BeZero(), "a zombie has no memory")
		c.command.Wait()
		_, err := pstree.Read("/proc", c.pid())
		Expect(err).To(Satisfy(gone), "the process has been waited for, and this is no ErrGone")
	})

	It("stands in the tree below its parent", spec.Worth(1), func(ctx SpecContext) {
		tether := spec.Tie()
		// Something after each pipeline keeps the shell from becoming a part of it.
		command := exec.Command("sh", "-c", `sh -c "cat; true" | cat; true`)
		command.Stdin = tether.Read
		Expect(command.Start()).To(Succeed())
		ended := spec.Go(command.Wait)
		DeferCleanup(func() {
			tether.Cut()
			<-ended
		})
		pid := command.Process.Pid
		Eventually(ctx, func() int { return len(below(pid)) }).Should(BeNumerically(">=", 3))
		spec.Quiet(ctx)

		parents := map[int]int{pid: os.Getpid()}
		for _, process := range below(pid) {
			parents[process.PID] = process.Parent
		}
		tree, err := pstree.Tree("/proc", pid)
		Expect(err).NotTo(HaveOccurred())
		found := map[int]int{}
		for _, process := range list(tree) {
			Expect(found).NotTo(HaveKey(process.PID), "a process stands in the tree twice")
			found[process.PID] = process.Parent
		}
		Expect(found).To(Equal(parents), "processes and their parents")
		for _, child := range tree.Children {
			Expect(child.Parent).To(Equal(pid))
		}

		own, err := pstree.Tree("/proc", os.Getpid())
		Expect(err).NotTo(HaveOccurred())
		var children []string
		for _, child := range own.Children {
			children = append(children, tell(child))
		}
		Expect(children).To(ContainElement(tell(tree)))
	})
})
