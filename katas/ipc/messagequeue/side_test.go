//go:build linux

package messagequeue_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/messagequeue"
)

// producer is a process that puts messages: the folder, its number, how many they
// are, and how large the largest may be. It begins when its standard input ends, and says
// "ready" before the first and "put" after each.
var producer = spec.Child("messagequeue/producer", func(arguments []string) int {
	number, _ := strconv.Atoi(arguments[1])
	count, _ := strconv.Atoi(arguments[2])
	largest, _ := strconv.Atoi(arguments[3])
	queue, err := messagequeue.Open(arguments[0])
	if err != nil {
		return failed("open", err)
	}
	io.Copy(io.Discard, os.Stdin)
	fmt.Println("ready")
	for i := range count {
		if err := queue.Put(context.Background(), message(number, i, sizeOf(number, i, largest))); err != nil {
			return failed("put", err)
		}
		fmt.Println("put")
	}
	// It doesn't close the queue: what it has put needs it no longer.
	return 0
})

// consumer is a process that takes messages: the folder, how many goroutines take them,
// and how many each of them takes, 0 for all that there are. It says "ready" before the
// first, and of each message the goroutine and what identify says. It lives until its
// standard input ends.
var consumer = spec.Child("messagequeue/consumer", func(arguments []string) int {
	takers, _ := strconv.Atoi(arguments[1])
	count, _ := strconv.Atoi(arguments[2])
	queue, err := messagequeue.Open(arguments[0])
	if err != nil {
		return failed("open", err)
	}
	fmt.Println("ready")
	ended := make(chan error)
	for taker := range takers {
		go func() {
			for taken := 0; count == 0 || taken < count; taken++ {
				message, err := queue.Take(context.Background())
				if err != nil {
					ended <- err
					return
				}
				fmt.Println(taker, identify(message))
			}
			ended <- nil
		}()
	}
	for range takers {
		if err := <-ended; err != nil && (count > 0 || !isClosed(err)) {
			return failed("take", err)
		}
	}
	io.Copy(io.Discard, os.Stdin)
	queue.Close()
	return 0
})

func failed(what string, err error) int {
	fmt.Fprintln(os.Stderr, what+":", err)
	return 1
}

// message is message i of a producer, of so many bytes at least: no part of it is like
// a part of another.
func message(number, i, size int) []byte {
	text := fmt.Appendf(nil, "%d %d %d\n", number, i, size)
	for line := 0; len(text) < size; line++ {
		text = fmt.Appendf(text, "%d.%d.%060d\x00", number, i, line)
	}
	return text
}

// identify says which message it is, "number i", or that it is none that anybody put.
func identify(taken []byte) string {
	var number, i, size int
	head, _, _ := bytes.Cut(taken, []byte("\n"))
	_, err := fmt.Sscanf(string(head), "%d %d %d", &number, &i, &size)
	if err != nil || size > 1<<24 || !bytes.Equal(taken, message(number, i, size)) {
		return fmt.Sprintf("torn: %d bytes that begin with %.40q", len(taken), taken)
	}
	return fmt.Sprint(number, " ", i)
}

// sizeOf makes sizes that differ, and the first of each producer the largest.
func sizeOf(number, i, largest int) int {
	if i == 0 {
		return largest
	}
	return (i*7919 + number*1009) % largest
}

// process is a second process with the queue open, or about to open it.
type process struct {
	command *exec.Cmd
	ended   chan error
	input   spec.Tether
	mu      sync.Mutex
	said    bytes.Buffer
}

// Write takes what the process says.
func (p *process) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(text)
}

// lines returns what the process has said until now.
func (p *process) lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(strings.Lines(p.said.String()))
}

// start starts a process in a role. It is killed if it lives after the spec.
func start(role spec.Role, arguments ...any) *process {
	GinkgoHelper()
	var texts []string
	for _, argument := range arguments {
		texts = append(texts, fmt.Sprint(argument))
	}
	line := role.Command(texts...)
	p := &process{command: exec.Command(line[0], line[1:]...), ended: make(chan error, 1), input: spec.Tie()}
	p.command.Stdin, p.command.Stdout, p.command.Stderr = p.input.Read, p, GinkgoWriter
	Expect(p.command.Start()).To(Succeed())
	reaped := make(chan struct{})
	go func() {
		defer close(reaped)
		p.ended <- p.command.Wait()
	}()
	DeferCleanup(func(ctx SpecContext) {
		p.command.Process.Kill()
		select {
		case <-reaped:
		case <-ctx.Done():
		}
	})
	return p
}

// succeeds waits until the process has ended well.
func (p *process) succeeds(ctx context.Context) {
	GinkgoHelper()
	end := spec.Await(ctx, p.ended, "the process never ends")
	Expect(end).NotTo(HaveOccurred())
}

// waitsAfter waits until the process has said so many lines, and is blocked.
func (p *process) waitsAfter(ctx context.Context, count int) {
	GinkgoHelper()
	said := func() int { return len(p.lines()) }
	Eventually(ctx, said).Should(BeNumerically(">=", count), "how many lines the process has said")
	spec.Quiet(ctx)
	Expect(said()).To(Equal(count), "the process went on where it had to wait: how many lines it has said")
	Expect(p.ended).NotTo(Receive(), "the process has ended")
}

// stops stops the process, which can still be killed.
func (p *process) stops(ctx context.Context) {
	GinkgoHelper()
	Expect(p.command.Process.Signal(syscall.SIGSTOP)).To(Succeed())
	Eventually(ctx, func() string { return spec.State(p.command.Process.Pid) }).Should(Equal("T"))
}

// dies kills the process as kill -9 does, and waits until it is gone.
func (p *process) dies(ctx context.Context) {
	GinkgoHelper()
	Expect(p.command.Process.Kill()).To(Succeed())
	spec.Await(ctx, p.ended)
}
