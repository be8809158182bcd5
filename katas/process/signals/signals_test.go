package signals_test

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

func TestSignals(t *testing.T) { spec.Run(t) }

const (
	usr1, usr2, term = syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGTERM
)

var _ = Describe("A program that gets signals", func() {
	It("counts each kind by itself, one after the other", spec.Worth(1), func(ctx SpecContext) {
		a := perform(puppet)
		a.does("start")
		a.says(ctx, "started")
		counted := map[syscall.Signal]int{}
		for _, kind := range []syscall.Signal{usr1, usr2, usr1, usr1, usr2} {
			a.gets(kind)
			a.says(ctx, "heard "+kind.String())
			counted[kind]++
			a.does("count")
			a.says(ctx, fmt.Sprint(counted[usr1], " ", counted[usr2]))
		}
		a.leaves(ctx)
	})

	It("counts at least one of a burst and no more than were sent", spec.Worth(1), func(ctx SpecContext) {
		a := perform(puppet)
		a.does("start nil")
		a.says(ctx, "started")
		const burst = 200
		for range burst {
			a.gets(usr1)
		}
		spec.Quiet(ctx)
		var ones, twos int
		Eventually(ctx, func() int {
			fmt.Sscan(a.asked(ctx, "count"), &ones, &twos)
			return ones
		}).Should(BeNumerically(">=", 1))
		Expect(ones).To(BeNumerically("<=", burst))
		Expect(twos).To(BeZero())
		a.leaves(ctx)
	})

	It("hears every kind when all come at once", spec.Worth(1), func(ctx SpecContext) {
		a := perform(crowded, "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1")
		var heard [3]string
		for i := range heard {
			heard[i] = spec.Await(ctx, a.lines, "heard before: %v", heard[:i])
		}
		Expect(heard[:]).To(ConsistOf("heard "+usr1.String(), "heard "+usr2.String(), "heard "+term.String()))
		a.says(ctx, "1 1")
		a.leaves(ctx)

		a = perform(flooded)
		a.says(ctx, "SIGTERM was heard each time")
		a.leaves(ctx)
	})

	It("never waits for whoever should hear", spec.Worth(1), func(ctx SpecContext) {
		a := perform(puppet)
		for _, heard := range []string{"nil", "unread", "full"} {
			a.does("start "+heard, "watch")
			a.says(ctx, "started", "watching")
			a.gets(usr1)
			a.counts(ctx, "1 0")
			a.gets(term)
			a.says(ctx, "stopping")
			a.gets(usr1)
			a.counts(ctx, "2 0")
			a.does("stop")
			a.says(ctx, "stopped")
			if heard == "unread" {
				a.does("peek")
				a.says(ctx, "there is nothing")
			}
		}
		// What the channel was full of is there, and nothing waits to come in.
		a.does("peek", "peek")
		a.says(ctx, "there is "+os.Interrupt.String(), "there is nothing")
		a.leaves(ctx)
	})

	It("finishes the work in flight when it gets SIGTERM", spec.Worth(2), func(ctx SpecContext) {
		a := perform(puppet)
		a.does("start nil", "watch", "work one")
		a.says(ctx, "started", "watching", "one begins")
		a.does("work two")
		a.says(ctx, "two begins")
		a.gets(term)
		a.says(ctx, "stopping")
		a.does("work three")
		a.says(ctx, "three: signals: shutting down")
		a.does("drain", "finish one")
		a.says(ctx, "one ends")
		spec.Quiet(ctx)
		Expect(a.lines).NotTo(Receive(), "Drain came back while there was work")
		a.gets(usr1)
		a.counts(ctx, "1 0")
		a.does("finish two")
		a.says(ctx, "two ends", "drained: <nil>")
		a.leaves(ctx)
	})

	It("ends the work at once when it gets SIGTERM again", spec.Worth(1), func(ctx SpecContext) {
		a := perform(puppet)
		a.does("start nil", "watch", "work one")
		a.says(ctx, "started", "watching", "one begins")
		a.gets(term)
		a.says(ctx, "stopping")
		a.gets(term)
		a.says(ctx, "one is cut off")
		// The work is still there, and Drain comes late.
		a.does("drain")
		a.says(ctx, "drained: signals: forced to end")
		// It listens until it is stopped, and it can't be forced more than once.
		a.gets(term)
		a.gets(usr1)
		a.counts(ctx, "1 0")
		a.does("stop")
		a.says(ctx, "stopped")

		a.does("start nil", "watch", "work two")
		a.says(ctx, "started", "watching", "two begins")
		a.does("drain")
		a.says(ctx, "stopping")
		spec.Quiet(ctx)
		a.gets(term)
		var said [2]string
		for i := range said {
			said[i] = spec.Await(ctx, a.lines)
		}
		Expect(said[:]).To(ConsistOf("two is cut off", "drained: signals: forced to end"))
		a.leaves(ctx)
	})

	It("ends by SIGTERM again when it is stopped", spec.Worth(1), func(ctx SpecContext) {
		a := perform(puppet)
		a.does("start", "watch")
		a.says(ctx, "started", "watching")
		a.gets(usr1)
		a.says(ctx, "heard "+usr1.String())
		a.does("stop")
		a.says(ctx, "stopped")
		a.gets(usr1)
		a.gets(usr2)
		spec.Quiet(ctx)
		a.does("count")
		a.says(ctx, "1 0")
		a.gets(term)
		spec.AwaitClosed(ctx, a.ended, "SIGTERM has not ended it")
		var exit *exec.ExitError
		Expect(a.err).To(BeAssignableToTypeOf(exit))
		exit = a.err.(*exec.ExitError)
		status := exit.Sys().(syscall.WaitStatus)
		Expect(status.Signaled()).To(BeTrue(), "it has ended by itself: %v", a.err)
		Expect(status.Signal()).To(Equal(term))
	})

	It("leaves alone others who listen", spec.Worth(1), func(ctx SpecContext) {
		a := perform(neighbour)
		a.says(ctx, "the other has heard all")
		a.leaves(ctx)
	})
})
