//go:build linux

package prefork_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/prefork"
)

func TestPrefork(t *testing.T) { spec.Run(t) }

var _ = Describe("A master", func() {
	It("has as many workers as it was told, each with one connection at a time", spec.Worth(2), func(ctx SpecContext) {
		s := start(prefork.Config{Workers: 2, Command: worker.Command()})
		workers := own()
		Expect(workers).To(HaveLen(2), "Start is back, and these are the processes that it has started")

		first, second := s.come(ctx, hold), s.come(ctx, hold)
		first.stay(ctx)
		second.stay(ctx)
		Expect([]int{first.pid, second.pid}).To(ConsistOf(workers), "two clients are served at once, by these processes")
		third := s.come(ctx, hold)
		waits := spec.Go(third.read)
		spec.Settled(ctx, waits)
		first.leave(ctx)
		Expect(spec.Await(ctx, waits, "a worker is free, a client waits, and it is not served").pid).To(Equal(first.pid), "the worker that is free")
		third.leave(ctx)
		second.leave(ctx)
		for _, call := range s.asks(ctx, 4) {
			a := spec.Await(ctx, call, "the workers are free, a client waits, and it is not served")
			Expect(a.err).NotTo(HaveOccurred())
			Expect(workers).To(ContainElement(a.pid), "a worker serves more than one connection")
		}
		Expect(own()).To(Equal(workers), "these were the workers before")
	})

	It("has each client served by whichever worker is free", spec.Worth(1), func(ctx SpecContext) {
		s := start(prefork.Config{Workers: 2, Command: worker.Command()})
		busy := s.come(ctx, hold)
		busy.stay(ctx)
		// Twice: all at the same time, and one after the other.
		calls := s.asks(ctx, 20)
		for range 20 {
			a := spec.Await(ctx, spec.Go(s.come(ctx, ask).only), "one worker is free, and a client waits for the other")
			Expect(a.err).NotTo(HaveOccurred())
		}
		for _, call := range calls {
			a := spec.Await(ctx, call, "one worker is free, and a client waits for the other")
			Expect(a.err).NotTo(HaveOccurred())
			Expect(a.pid).NotTo(Equal(busy.pid), "a worker serves two clients at once")
		}
		busy.leave(ctx)
	})

	It("makes its workers more and fewer, and no client notices", spec.Worth(1), func(ctx SpecContext) {
		s := start(prefork.Config{Workers: 1, Command: worker.Command()})
		first, second := s.come(ctx, hold), s.come(ctx, hold)
		first.stay(ctx)
		waits := spec.Go(second.read)
		spec.Settled(ctx, waits)
		Expect(s.Scale(2)).To(Succeed())
		Expect(own()).To(ConsistOf(first.pid, Not(Equal(first.pid))), "Scale is back, and there should be two workers, one of them the old one")
		Expect(spec.Await(ctx, waits, "there is a new worker, and it doesn't serve").pid).NotTo(Equal(first.pid))

		Expect(s.Scale(0)).NotTo(Succeed(), "no workers")
		Expect(s.Scale(2)).To(Succeed())
		Expect(own()).To(ConsistOf(first.pid, second.pid), "there are as many as before")

		Expect(s.Scale(1)).To(Succeed())
		spec.Quiet(ctx)
		Expect(own()).To(ConsistOf(first.pid, second.pid), "both still serve")
		first.leave(ctx)
		second.leave(ctx)
		var left []int
		Eventually(ctx, func() []int { left = own(); return left }).Should(HaveLen(1), "workers, when one was let go and both have finished")
		for range 2 {
			a := spec.Await(ctx, spec.Go(s.come(ctx, ask).only), "the last worker doesn't serve")
			Expect([]int{a.pid}).To(Equal(left))
		}
	})

	It("keeps its sockets and pipes from all but their owner", spec.Worth(1), func(ctx SpecContext) {
		s := start(prefork.Config{Workers: 2, Command: worker.Command()})
		first, second := s.connect(ctx), s.connect(ctx)
		many := first.files(ctx)
		Expect(second.files(ctx)).To(Equal(many), "sockets and pipes of a worker, another worker's are %s", many)
		kill(first.pid)
		first.lost(ctx)
		third := s.connect(ctx)
		Expect(third.files(ctx)).To(Equal(many), "sockets and pipes of a worker that replaced another, the first worker's were %s", many)
		third.leave(ctx)

		parent := s.come(ctx, holdBreed)
		pid, has, _ := strings.Cut(parent.stay(ctx).about, " ")
		child := number(pid)
		DeferCleanup(func(ctx SpecContext) {
			unix.Kill(child, unix.SIGKILL)
			reap(ctx, child)
		})
		Expect(has).To(BeEmpty(), "a handler has started a process, and these sockets and pipes it has inherited")
		kill(parent.pid)
		parent.lost(ctx)
		another := s.come(ctx, hold)
		another.stay(ctx)
		Eventually(ctx, func() []int { return workersBut(child) }).Should(ConsistOf(another.pid, second.pid), "a worker was killed, and a process lives on that it had started")
		another.leave(ctx)
		second.leave(ctx)
		shutdown := spec.Go(func() error { return s.Shutdown(ctx) })
		Expect(spec.Await(ctx, shutdown, "Shutdown waits, and there is no client")).To(Succeed())
		refuses(ctx, s.Addr().String())
	})

	It("makes all wait without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		station := open()
		s := start(prefork.Config{Workers: 2, Command: worker.Command(station.path)})
		station.next(ctx).serve()
		station.next(ctx).serve()
		busy := s.come(ctx, hold)
		busy.stay(ctx)
		reload := s.reload(ctx)
		fresh := []newcomer{station.next(ctx), station.next(ctx)}
		// A worker waits for clients, one for its client, and Reload for its workers.
		spec.Idle(ctx)
		spec.Settled(ctx, reload)

		shutdown := spec.Go(func() error { return s.Shutdown(ctx) })
		Expect(spec.Await(ctx, reload, "Shutdown was called, and Reload waits on")).To(Equal(prefork.ErrClosed))
		for _, newcomer := range fresh {
			newcomer.serve()
			gone(ctx, newcomer.pid, "it was let go before it called Serve")
		}
		// Now Shutdown waits.
		spec.Idle(ctx)
		spec.Settled(ctx, shutdown)
		busy.leave(ctx)
		Expect(spec.Await(ctx, shutdown, "the last client has left, and Shutdown waits on")).To(Succeed())
	})

	It("leaves nothing behind when it can't start", spec.Worth(1), func(ctx SpecContext) {
		missing := filepath.Join(spec.Folder(), "missing")
		s := start(prefork.Config{Workers: 1, Command: worker.Command()})
		for _, c := range []struct {
			why, address string
			config       prefork.Config
		}{
			{"there is no such program", "127.0.0.1:0", prefork.Config{Workers: 2, Command: []string{missing}}},
			{"the address is in use", s.Addr().String(), prefork.Config{Workers: 2, Command: worker.Command()}},
			{"it is to have no workers", "127.0.0.1:0", prefork.Config{Command: worker.Command()}},
			{"it has no command", "127.0.0.1:0", prefork.Config{Workers: 2}},
		} {
			// What the first master is at, it has come to an end with.
			spec.Quiet(ctx)
			before := len(channels("self"))
			_, err := prefork.Start(c.address, c.config)
			// Looked at here, since a collection closes files that nothing refers to.
			Expect(channels("self")).To(HaveLen(before), "sockets and pipes that Start left open: "+c.why)
			Expect(err).To(HaveOccurred(), c.why)
		}
		Expect(own()).To(HaveLen(1), "processes, when one master has started, and others could not")
	})
})

// files returns how many sockets and pipes the worker has when nothing moves any more. It
// serves this client then.
func (c *client) files(ctx context.Context) string {
	GinkgoHelper()
	spec.Quiet(ctx)
	c.say(holdFiles)
	return c.stay(ctx).about
}

// workersBut returns this process's children without one.
func workersBut(pid int) (workers []int) {
	for _, child := range own() {
		if child != pid {
			workers = append(workers, child)
		}
	}
	return workers
}

// reap waits for a child of this process, which was given to it.
func reap(ctx context.Context, pid int) {
	GinkgoHelper()
	spec.Await(ctx, dead(pid), "the master is gone, and its worker lives on")
	unix.Wait4(pid, nil, 0, nil)
}

// dead waits for a child to end, and doesn't reap it. In /proc, a process is a zombie
// as soon as its first thread has ended, while the others may still have its files.
func dead(pid int) <-chan bool {
	return spec.Go(func() bool {
		for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
		}
		return true
	})
}
