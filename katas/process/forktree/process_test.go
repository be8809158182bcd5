//go:build linux

package forktree_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/forktree"
)

// node is a process of a tree.
var node = spec.Child("forktree/node", func(arguments []string) int { return forktree.Node(arguments) })

// caller is a process that grows a tree of two levels, says so, and never fells it.
var caller = spec.Child("forktree/caller", func([]string) int {
	if _, _, err := forktree.Grow(context.Background(), 2, node.Command()...); err != nil {
		fmt.Fprintln(os.Stderr, "Grow:", err)
		return 1
	}
	fmt.Println("it stands")
	io.Copy(io.Discard, os.Stdin)
	return 0
})

// scarce is a process that has few descriptors left, and each time one more, until all
// children of a tree of three levels start. The program ends and never gets to Node.
var scarce = spec.Child("forktree/scarce", func(arguments []string) int {
	// What the runtime opens once, and keeps, it opens here.
	if err := exec.Command(arguments[0]).Run(); err != nil {
		fmt.Println(err)
		return 1
	}
	if read, write, err := os.Pipe(); err == nil {
		read.Close()
		write.Close()
	}
	unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 100, Max: 100})
	var taken []int
	for free := range 24 {
		taken = takeAllBut(free, taken)
		if _, _, err := forktree.Grow(context.Background(), 3, arguments[0]); err == nil {
			fmt.Println(free, "descriptors were free, and Grow returned no error")
			return 1
		}
		if _, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); err != unix.ECHILD {
			fmt.Println(free, "descriptors were free, and Grow left a child when it returned its error")
			return 1
		}
	}
	return 0
})

// takeAllBut opens descriptors until none is free, and then closes so many.
func takeAllBut(free int, taken []int) []int {
	for {
		fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			break
		}
		taken = append(taken, fd)
	}
	rest := max(0, len(taken)-free)
	for _, fd := range taken[rest:] {
		unix.Close(fd)
	}
	return taken[:rest]
}

// growingOnThread is growing on a thread that ends when Grow has returned.
func growingOnThread(ctx context.Context, levels int, command []string) <-chan grown {
	return spec.Go(func() grown {
		// Nobody unlocks it, so the thread ends with the goroutine.
		runtime.LockOSThread()
		if unix.Gettid() == os.Getpid() {
			// But for the first one: while that is here, another takes its place.
			defer runtime.UnlockOSThread()
			return <-growingOnThread(ctx, levels, command)
		}
		tree, fell, err := forktree.Grow(ctx, levels, command...)
		return grown{tree, fell, err}
	})
}

// shell is the command line of a script, which finds what comes after it in "$@".
func shell(script string, arguments ...string) []string {
	GinkgoHelper()
	program, err := exec.LookPath("sh")
	Expect(err).NotTo(HaveOccurred())
	return append([]string{program, "-c", script}, arguments...)
}

// mine is a test in a script: is the process a child of this one?
func mine() string { return fmt.Sprintf("[ $PPID = %d ]", os.Getpid()) }

// turnstile is where processes wait on their way to Node, until they are let pass.
type turnstile struct {
	path string
	file *os.File
}

// turn sets up a turnstile.
func turn() turnstile {
	GinkgoHelper()
	path := filepath.Join(spec.Folder(), "turnstile")
	Expect(unix.Mkfifo(path, 0o600)).To(Succeed())
	// Open for both, so that neither side ever waits for the other to open it.
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(file.Close)
	return turnstile{path, file}
}

// command is that of a node which waits at the turnstile if a test says so.
func (t turnstile) command(who string) []string {
	GinkgoHelper()
	return shell(who+` && read line < "$0"; exec "$@"`, append([]string{t.path}, node.Command()...)...)
}

// pass lets so many pass, now or when they come.
func (t turnstile) pass(processes int) {
	GinkgoHelper()
	_, err := io.WriteString(t.file, strings.Repeat("\n", processes))
	Expect(err).NotTo(HaveOccurred())
}

// held returns how many processes below this one wait at a turnstile.
func held() (waiting int) {
	for _, process := range spec.Descendants() {
		if process.State == "S" && len(process.Arguments) > 1 && process.Arguments[1] == "-c" {
			waiting++
		}
	}
	return waiting
}

// seen returns the tree that /proc shows below a process.
func seen(pid int, processes []spec.Process) forktree.Tree {
	tree := forktree.Tree{PID: pid}
	for _, process := range processes {
		if process.Parent == pid {
			tree.Children = append(tree.Children, seen(process.PID, processes))
		}
	}
	slices.SortFunc(tree.Children, func(a, b forktree.Tree) int { return size(b) - size(a) })
	return tree
}

func size(tree forktree.Tree) int {
	all := 1
	for _, child := range tree.Children {
		all += size(child)
	}
	return all
}

// shape writes a tree as brackets in brackets.
func shape(tree forktree.Tree) string {
	var inner strings.Builder
	for _, child := range tree.Children {
		inner.WriteString(shape(child))
	}
	return "(" + inner.String() + ")"
}

// binomial is the shape of a tree of so many levels.
func binomial(levels int) string {
	inner := ""
	for left := range levels {
		inner = binomial(left) + inner
	}
	return "(" + inner + ")"
}

// pids returns the processes of a tree without its root.
func pids(tree forktree.Tree) (all []int) {
	for _, child := range tree.Children {
		all = append(append(all, child.PID), pids(child)...)
	}
	return all
}

// below returns the pids of the processes below this one.
func below() (all []int) {
	for _, process := range spec.Descendants() {
		all = append(all, process.PID)
	}
	return all
}

// ends returns the ends of pipes and the sockets that a process holds.
func ends(pid int) (all []string) {
	GinkgoHelper()
	folder := "/proc/" + strconv.Itoa(pid)
	descriptors, err := os.ReadDir(folder + "/fd")
	Expect(err).NotTo(HaveOccurred())
	for _, descriptor := range descriptors {
		target, err := os.Readlink(folder + "/fd/" + descriptor.Name())
		if err != nil || !strings.HasPrefix(target, "pipe:") && !strings.HasPrefix(target, "socket:") {
			continue
		}
		text, _ := os.ReadFile(folder + "/fdinfo/" + descriptor.Name())
		for line := range strings.Lines(string(text)) {
			if octal, found := strings.CutPrefix(line, "flags:"); found {
				flags, _ := strconv.ParseInt(strings.TrimSpace(octal), 8, 64)
				all = append(all, fmt.Sprintf("%s, access mode %d", target, flags&unix.O_ACCMODE))
			}
		}
	}
	return all
}

// besides returns what of the one is not in the other.
func besides(all, known []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(end string) bool { return slices.Contains(known, end) })
}

// among returns what of the one is in the other, too.
func among(all, known []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(end string) bool { return !slices.Contains(known, end) })
}

// childFaults counts the page faults of children that were waited for. No program
// begins without one, however soon it is killed.
func childFaults() int64 {
	GinkgoHelper()
	var usage syscall.Rusage
	Expect(syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage)).To(Succeed())
	return usage.Minflt
}

// bury reaps processes that have ended and were left to this one.
func bury(pids []int) {
	for _, pid := range pids {
		for {
			if _, err := unix.Wait4(pid, nil, 0, nil); err != unix.EINTR {
				break
			}
		}
	}
}

// start starts a shell of the caller's own.
func start(script string, input *os.File) *exec.Cmd {
	GinkgoHelper()
	line := shell(script)
	command := exec.Command(line[0], line[1:]...)
	if input != nil {
		command.Stdin = input
	}
	Expect(command.Start()).To(Succeed())
	return command
}

// begin starts a process and waits until it has said something.
func begin(ctx context.Context, line []string, input *os.File) *exec.Cmd {
	GinkgoHelper()
	read, write, err := os.Pipe()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(read.Close)
	command := exec.Command(line[0], line[1:]...)
	command.Stdin, command.Stdout, command.Stderr = input, write, os.Stderr
	err = command.Start()
	write.Close()
	Expect(err).NotTo(HaveOccurred())
	first := spec.Go(func() int {
		n, _ := read.Read(make([]byte, 64))
		return n
	})
	length := spec.Await(ctx, first)
	Expect(length).NotTo(BeZero(), "the process has ended")
	return command
}
