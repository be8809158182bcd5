package signals_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

// actor is a process in one of these roles.
type actor struct {
	process *os.Process
	in      io.WriteCloser
	lines   <-chan string
	ended   <-chan struct{}
	// Set when it has ended.
	err    error
	errors bytes.Buffer
}

func perform(role spec.Role, environment ...string) *actor {
	GinkgoHelper()
	line := role.Command()
	command := exec.Command(line[0], line[1:]...)
	command.Env = append(os.Environ(), environment...)
	in, err := command.StdinPipe()
	Expect(err).NotTo(HaveOccurred())
	out, err := command.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	a, said := &actor{in: in}, make(chan string, 1000)
	command.Stderr = &a.errors
	Expect(command.Start()).To(Succeed())
	a.process, a.lines = command.Process, said
	a.ended = spec.Returned(func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			select {
			case said <- lines.Text():
			default: // more than anybody waits for
			}
		}
		a.err = command.Wait()
		close(said)
	})
	DeferCleanup(func() {
		in.Close()
		a.process.Kill()
		<-a.ended
	})
	return a
}

// does gives a puppet lines to play. If it has ended, whoever waits for what it says
// is told so.
func (a *actor) does(lines ...string) {
	for _, line := range lines {
		io.WriteString(a.in, line+"\n")
	}
}

// gets sends a signal.
func (a *actor) gets(kind syscall.Signal) {
	GinkgoHelper()
	Expect(a.process.Signal(kind)).To(Succeed(), "the process has ended too early")
}

// says expects these lines, one after the other, and no others among them.
func (a *actor) says(ctx context.Context, lines ...string) {
	GinkgoHelper()
	for _, line := range lines {
		select {
		case said, more := <-a.lines:
			if !more {
				Fail(fmt.Sprintf("waited for %q, and the process has ended: %v\n%s", line, a.err, &a.errors))
			}
			Expect(said).To(Equal(line))
		case <-ctx.Done():
			Fail(fmt.Sprintf("waited for %q, and the process says nothing", line))
		}
	}
}

// asked plays a line and returns the answer.
func (a *actor) asked(ctx context.Context, line string) string {
	GinkgoHelper()
	a.does(line)
	return spec.Await(ctx, a.lines)
}

// counts waits for these counts, for when nothing else tells that a signal has been
// counted.
func (a *actor) counts(ctx context.Context, counts string) {
	GinkgoHelper()
	Eventually(ctx, a.asked).WithArguments(ctx, "count").Should(Equal(counts))
}

// leaves lets a process end by itself and expects that it does so in good order.
func (a *actor) leaves(ctx context.Context) {
	GinkgoHelper()
	a.in.Close()
	spec.AwaitClosed(ctx, a.ended)
	Expect(a.err).NotTo(HaveOccurred(), "%s", &a.errors)
}
