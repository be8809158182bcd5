//go:build linux

package namedsemaphore_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/namedsemaphore"
)

// member is a process that has one semaphore open: the folder, the name and the number
// of slots. It does what its standard input says, line by line, and ends with it,
// without closing anything. What it says begins with a plus for each slot that it takes.
var member = spec.Child("namedsemaphore/member", func(arguments []string) int {
	n, _ := strconv.Atoi(arguments[2])
	s, err := namedsemaphore.Open(arguments[0], arguments[1], n)
	fmt.Println("opened", err)
	orders := bufio.NewScanner(os.Stdin)
	for err == nil && orders.Scan() {
		switch orders.Text() {
		case "acquire":
			go func() {
				if err := s.Acquire(context.Background()); err != nil {
					fmt.Println("acquire:", err)
					return
				}
				fmt.Println("+")
			}()
		case "release":
			fmt.Println("released", s.Release())
		case "start":
			// Its standard input is the third file that the member was given.
			program := exec.Command("cat")
			program.Stdin = os.NewFile(3, "tether")
			err := program.Start()
			fmt.Println("started", err, program.Process.Pid)
		case "forget":
			// What is found to be unreachable is finalized after the first, and its own
			// after the second.
			s = nil
			runtime.GC()
			runtime.GC()
			fmt.Println("forgotten")
		}
	}
	return 0
})

// crowd is a process in which many goroutines want the same semaphore: the folder, the
// number of slots, and how many they are. Told a name, it opens that, and all of
// them rush at it and stay inside; told to go on, they leave one after the other, and
// come in once more each.
var crowd = spec.Child("namedsemaphore/crowd", func(arguments []string) int {
	n, _ := strconv.Atoi(arguments[1])
	callers, _ := strconv.Atoi(arguments[2])
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		s, err := namedsemaphore.Open(arguments[0], orders.Text(), n)
		if err != nil {
			fmt.Println("open:", err)
			return 1
		}
		leave, ended := make(chan struct{}), make(chan error)
		for range callers {
			go func() {
				var err error
				for visit := 0; visit < 2 && err == nil; visit++ {
					if err = s.Acquire(context.Background()); err == nil {
						fmt.Println("+")
						<-leave
						fmt.Println("-")
						err = s.Release()
					}
				}
				ended <- err
			}()
		}
		orders.Scan()
		close(leave)
		for range callers {
			if err := <-ended; err != nil {
				fmt.Println("a caller:", err)
			}
		}
		fmt.Println("done", s.Close())
	}
	return 0
})

// maker is a process that opens many semaphores when it is told to, one after the
// other, takes a slot of each, and keeps it: the folder, how many, and the number of slots.
var maker = spec.Child("namedsemaphore/maker", func(arguments []string) int {
	names, _ := strconv.Atoi(arguments[1])
	n, _ := strconv.Atoi(arguments[2])
	orders := bufio.NewScanner(os.Stdin)
	fmt.Println("ready")
	orders.Scan()
	var all []*namedsemaphore.Semaphore
	for i := range names {
		s, err := namedsemaphore.Open(arguments[0], fmt.Sprint("s", i), n)
		if err != nil {
			fmt.Println("open:", err)
			return 1
		}
		all = append(all, s)
	}
	for _, s := range all {
		if err := s.Acquire(context.Background()); err != nil {
			fmt.Println("acquire:", err)
			return 1
		}
	}
	fmt.Println("took a slot of each")
	orders.Scan()
	runtime.KeepAlive(all)
	return 0
})

// process is a child that takes orders.
type process struct {
	command *exec.Cmd
	orders  *os.File
	// said are the lines of its standard output.
	said <-chan string
}

// launch starts a child, which ends when the spec does. Its output goes to out, and
// where that is nil, to the channel.
func launch(line []string, out *os.File, files ...*os.File) *process {
	GinkgoHelper()
	read, orders, err := os.Pipe()
	Expect(err).NotTo(HaveOccurred())
	defer read.Close()
	p := &process{command: exec.Command(line[0], line[1:]...), orders: orders}
	p.command.Stdin, p.command.Stderr, p.command.ExtraFiles = read, GinkgoWriter, files
	if p.command.Stdout = out; out == nil {
		p.said, p.command.Stdout = lines()
		defer p.command.Stdout.(*os.File).Close()
	}
	Expect(p.command.Start()).To(Succeed())
	DeferCleanup(func() {
		orders.Close()
		p.command.Process.Kill()
		p.command.Wait()
	})
	return p
}

// lines returns a file to write to, and what is written to it line by line.
func lines() (<-chan string, *os.File) {
	GinkgoHelper()
	read, write, err := os.Pipe()
	Expect(err).NotTo(HaveOccurred())
	said, over := make(chan string, 1000), make(chan struct{})
	go func() {
		defer close(over)
		for scan := bufio.NewScanner(read); scan.Scan(); {
			said <- scan.Text()
		}
	}()
	DeferCleanup(func() {
		read.Close()
		<-over
	})
	return said, write
}

// join starts a member, which opens the semaphore.
func (p place) join(ctx context.Context, n int, files ...*os.File) *process {
	GinkgoHelper()
	m := launch(member.Command(p.folder, p.name, strconv.Itoa(n)), nil, files...)
	Expect(m.line(ctx)).To(Equal("opened <nil>"), "Open in another process")
	return m
}

// acquire tells the member to take a slot, which it says when it has it.
func (p *process) acquire() {
	GinkgoHelper()
	p.order("acquire")
}

// order sends a line.
func (p *process) order(text string) {
	GinkgoHelper()
	_, err := io.WriteString(p.orders, text+"\n")
	Expect(err).NotTo(HaveOccurred(), "another process has ended too early")
}

// line returns the next line that the process says.
func (p *process) line(ctx context.Context) string {
	GinkgoHelper()
	return spec.Await(ctx, p.said, "nothing comes from another process")
}

// gets waits until the member has another slot.
func (p *process) gets(ctx context.Context) {
	GinkgoHelper()
	text := spec.Await(ctx, p.said, "another process gets no slot, and one is free")
	Expect(text).To(Equal("+"), "Acquire in another process")
}

// release has the member give back a slot.
func (p *process) release(ctx context.Context) {
	GinkgoHelper()
	p.order("release")
	Expect(p.line(ctx)).To(Equal("released <nil>"), "Release in another process")
}

// kill kills the process, which stays a zombie until the spec is over.
func (p *process) kill(ctx context.Context) {
	GinkgoHelper()
	Expect(p.command.Process.Kill()).To(Succeed())
	Eventually(ctx, func() string { return spec.State(p.command.Process.Pid) }).Should(Equal("Z"))
}

// stop stops the process, which SIGKILL still ends.
func (p *process) stop(ctx context.Context) {
	GinkgoHelper()
	Expect(p.command.Process.Signal(syscall.SIGSTOP)).To(Succeed())
	Eventually(ctx, func() string { return spec.State(p.command.Process.Pid) }).Should(Equal("T"))
}

// start has the member start a program that lives as long as the tether, and returns
// its pid.
func (p *process) start(ctx context.Context) int {
	GinkgoHelper()
	p.order("start")
	pid, err := strconv.Atoi(strings.TrimPrefix(p.line(ctx), "started <nil> "))
	Expect(err).NotTo(HaveOccurred())
	return pid
}
