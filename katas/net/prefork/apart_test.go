//go:build linux

package prefork_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

// apart is a master in a process of its own, which can be killed.
type apart struct {
	address string
	// out is its standard output and standard error, after the address.
	out   *bufio.Reader
	child *exec.Cmd
	ended bool
}

// begin starts a master in a process of its own, with workers of this command.
func begin(ctx context.Context, command []string) *apart {
	GinkgoHelper()
	line := master.Command(command...)
	a := &apart{child: exec.CommandContext(ctx, line[0], line[1:]...)}
	_, err := a.child.StdinPipe()
	Expect(err).NotTo(HaveOccurred())
	// Not by StdoutPipe: Wait would close it, and the workers still write there.
	out, in, err := os.Pipe()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(out.Close)
	a.child.Stdout, a.child.Stderr, a.out = in, in, bufio.NewReader(out)
	err = a.child.Start()
	in.Close()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(a.kill)
	said := spec.Go(func() string {
		line, _ := a.out.ReadString('\n')
		return strings.TrimSpace(line)
	})
	a.address = spec.Await(ctx, said, "Start doesn't come back in a process of its own")
	Expect(a.address).NotTo(BeEmpty(), "Start failed in a process of its own")
	return a
}

func (a *apart) pid() int { return a.child.Process.Pid }

// come connects a client that sends this line.
func (a *apart) come(ctx context.Context, verb string) *client {
	GinkgoHelper()
	c := dial(ctx, a.address)
	c.say(verb)
	return c
}

// kill kills the process, if it hasn't been.
func (a *apart) kill() {
	if !a.ended {
		a.ended = true
		a.child.Process.Kill()
		a.child.Wait()
	}
}
