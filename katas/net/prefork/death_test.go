//go:build linux

package prefork_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/prefork"
)

var _ = Describe("A master", func() {
	It("replaces a worker that is killed, and no other connection is lost", spec.Worth(2), func(ctx SpecContext) {
		s := start(prefork.Config{Workers: 2, Command: worker.Command()})
		doomed, lucky := s.come(ctx, hold), s.come(ctx, hold)
		doomed.stay(ctx)
		lucky.stay(ctx)
		waiting := s.asks(ctx, 5)
		spec.Settled(ctx, waiting...)
		kill(doomed.pid)
		doomed.lost(ctx)
		// The other worker is busy: these need another one.
		var fresh int
		for i, call := range waiting {
			a := spec.Await(ctx, call, "a worker was killed, and no other serves in its place")
			Expect(a.err).NotTo(HaveOccurred(), "a client that waited when a worker was killed that didn't serve it")
			Expect(a.pid).NotTo(Equal(lucky.pid), "a worker serves two clients at once")
			if i > 0 {
				Expect(a.pid).To(Equal(fresh), "one worker has died, and two have come")
			}
			fresh = a.pid
		}
		gone(ctx, doomed.pid, "it was killed")
		Expect(own()).To(ConsistOf(lucky.pid, fresh), "the workers")
		lucky.leave(ctx)

		// One that serves nobody is replaced as well.
		kill(fresh)
		gone(ctx, fresh, "it was killed")
		first, second := s.come(ctx, hold), s.come(ctx, hold)
		first.stay(ctx)
		second.stay(ctx)
		Expect([]int{first.pid, second.pid}).To(ContainElement(lucky.pid), "a worker was replaced that had not died")
		first.leave(ctx)
		second.leave(ctx)
	})

	It("waits longer and longer before it replaces a worker that is not able to start", spec.Worth(1), func(ctx SpecContext) {
		station, clock := open(), newClock()
		s := start(prefork.Config{Workers: 1, Command: worker.Command(station.path), After: clock.after})
		station.next(ctx).fail()
		var newcomer newcomer
		for i, pause := range pauses {
			p := clock.next(ctx, station)
			Expect(p.lasts).To(Equal(pause*prefork.FirstPause), "the pause before a worker is replaced that was not able to start")
			spec.Quiet(ctx)
			Expect(station.arrived).To(BeEmpty(), "a worker was started before the pause was over")
			p.end()
			if newcomer = station.next(ctx); i < len(pauses)-1 {
				newcomer.fail()
			}
		}
		newcomer.serve()
		a := spec.Await(ctx, spec.Go(s.come(ctx, ask).only), "the worker could start, and serves nobody")
		Expect(a.pid).To(Equal(newcomer.pid), "the worker that serves")

		kill(newcomer.pid)
		select {
		case newcomer := <-station.arrived:
			newcomer.fail()
		case p := <-clock.asked:
			Fail("a worker that served has died, and its replacement waits for " + p.lasts.String())
		case <-ctx.Done():
			Fail("a worker that served has died, and is not replaced")
		}
		p := clock.next(ctx, station)
		Expect(p.lasts).To(Equal(prefork.FirstPause), "the pause, when the worker before this one was able to start")
		shutdown := spec.Go(func() error { return s.Shutdown(ctx) })
		Expect(spec.Await(ctx, shutdown, "Shutdown waits for the end of a pause")).To(Succeed())
		Expect(station.arrived).To(BeEmpty(), "a worker was started in a pause")
	})

	It("counts the pauses of each line for itself", spec.Worth(1), func(ctx SpecContext) {
		station, clock := open(), newClock()
		s := start(prefork.Config{Workers: 2, Command: worker.Command(station.path), After: clock.after})
		first, second := station.next(ctx), station.next(ctx)
		first.fail()
		p := clock.next(ctx, station)
		Expect(p.lasts).To(Equal(prefork.FirstPause))
		p.end()
		first = station.next(ctx)

		// The first line is at its second worker, which has neither ended nor called Serve.
		second.fail()
		p = clock.next(ctx, station)
		Expect(p.lasts).To(Equal(prefork.FirstPause), "the first pause in a line, and there was one in another")
		p.end()
		second = station.next(ctx)
		second.serve()
		a := spec.Await(ctx, spec.Go(s.come(ctx, ask).only), "a worker could start, and serves nobody")
		Expect(a.pid).To(Equal(second.pid), "the worker that serves")
		first.fail()
		Expect(clock.next(ctx, station).lasts).To(Equal(2*prefork.FirstPause), "the second pause in a line, and meanwhile a worker of another has called Serve")
	})

	It("tries again when its program is not there for a while", spec.Worth(1), func(ctx SpecContext) {
		command := worker.Command()
		program := filepath.Join(spec.Folder(), "program")
		Expect(os.Symlink(command[0], program)).To(Succeed())
		clock := newClock()
		s := start(prefork.Config{Workers: 1, Command: append([]string{program}, command[1:]...), After: clock.after})
		client := s.come(ctx, hold)
		client.stay(ctx)
		Expect(os.Remove(program)).To(Succeed())
		Expect(s.Scale(2)).NotTo(Succeed(), "the program is not there")
		Expect(spec.Await(ctx, s.reload(ctx), "Reload waits for a worker that can't be started")).NotTo(Succeed(), "the program is not there")
		Expect(own()).To(ConsistOf(client.pid), "there are as many workers as before")
		kill(client.pid)
		p := spec.Await(ctx, clock.asked, "a worker has died, its program is not there, and no pause is asked for")
		Expect(p.lasts).To(Equal(prefork.FirstPause))
		gone(ctx, client.pid, "it was killed")
		Expect(os.Symlink(command[0], program)).To(Succeed())
		p.end()
		a := spec.Await(ctx, spec.Go(s.come(ctx, ask).only), "the program is there again, and no worker is")
		Expect(a.err).NotTo(HaveOccurred())
		Expect(own()).To(ConsistOf(a.pid), "the workers")

		// The same with time's own After.
		station := open()
		other := start(prefork.Config{Workers: 1, Command: worker.Command(station.path)})
		station.next(ctx).fail()
		station.next(ctx).serve()
		Expect(spec.Await(ctx, spec.Go(other.come(ctx, ask).only), "a worker could start, and serves nobody").err).NotTo(HaveOccurred())
	})

	It("has its workers write to where it writes itself", spec.Worth(1), func(ctx SpecContext) {
		m := begin(ctx, worker.Command())
		a := spec.Await(ctx, spec.Go(m.come(ctx, shout).only), "a client waits, and no worker serves it")
		Expect(a.err).NotTo(HaveOccurred())
		workers := children(m.pid())
		m.kill()
		for _, pid := range workers {
			reap(ctx, pid)
		}
		said := spec.Go(func() string { text, _ := io.ReadAll(m.out); return string(text) })
		Expect(spec.Await(ctx, said, "master and workers are gone, and somebody still has their standard output open")).To(
			And(ContainSubstring("to standard output"), ContainSubstring("to standard error")), "what a handler wrote")
	})

	It("leaves no worker when its own process is killed", spec.Worth(1), func(ctx SpecContext) {
		station := open()
		m := begin(ctx, worker.Command(station.path))
		idle, busy, late := station.next(ctx), station.next(ctx), station.next(ctx)
		Expect(children(m.pid())).To(ConsistOf(idle.pid, busy.pid, late.pid))
		idle.serve()
		busy.serve()
		client := m.come(ctx, hold)
		client.stay(ctx)
		if client.pid == idle.pid {
			idle, busy = busy, idle
		}

		m.kill()
		reap(ctx, idle.pid)
		client.conn.Close()
		reap(ctx, busy.pid)
		late.serve()
		reap(ctx, late.pid)
		refuses(ctx, m.address)
	})
})

// pauses are those of a line in which no worker is able to start, in first ones.
var pauses = []time.Duration{1, 2, 4, 8, 8}

// clock is asked for pauses, which are over when a spec says so.
type clock struct{ asked chan pause }

type pause struct {
	lasts time.Duration
	over  chan time.Time
}

func newClock() clock { return clock{make(chan pause, 100)} }

func (c clock) after(lasts time.Duration) <-chan time.Time {
	p := pause{lasts, make(chan time.Time, 1)}
	c.asked <- p
	return p.over
}

// next waits for the next pause.
func (c clock) next(ctx context.Context, s *station) (p pause) {
	GinkgoHelper()
	select {
	case p = <-c.asked:
	case <-s.arrived:
		Fail("a worker ended before it called Serve, and was replaced at once, without a pause")
	case <-ctx.Done():
		Fail("a worker ended before it called Serve, and no pause is asked for, nor is it replaced")
	}
	return p
}

// end lets the pause be over.
func (p pause) end() { p.over <- time.Unix(0, 0) }

// number returns the number that a text is, 0 if it is none.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
