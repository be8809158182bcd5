//go:build linux

package prefork_test

import (
	"context"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/prefork"
)

// remaining returns those processes of which there is anything left, if only a
// zombie that nobody has waited for. It is called at once when a call is back.
func remaining(pids []int) (left []int) {
	for _, pid := range pids {
		if unix.Kill(pid, 0) != unix.ESRCH {
			left = append(left, pid)
		}
	}
	return left
}

// ending is how a Shutdown has ended.
type ending struct {
	err error
	// left are the workers that were left when it was back.
	left []int
}

// shutdown is Shutdown in a goroutine of its own. The workers are those of which there
// must be nothing left.
func (s site) shutdown(ctx context.Context, workers []int) <-chan ending {
	return spec.Go(func() ending { err := s.Shutdown(ctx); return ending{err, remaining(workers)} })
}

var _ = Describe("A master", func() {
	When("it is reloaded", func() {
		It("lets new workers take over, the old ones finish, and no client notices", spec.Worth(1), func(ctx SpecContext) {
			s := start(prefork.Config{Workers: 2, Command: worker.Command()})
			old := own()
			first, second := s.come(ctx, hold), s.come(ctx, hold)
			first.stay(ctx)
			second.stay(ctx)
			waiting := s.asks(ctx, 5)
			spec.Settled(ctx, waiting...)
			Expect(spec.Await(ctx, s.reload(ctx), "Reload waits for clients of the old workers")).To(Succeed())
			for _, call := range waiting {
				a := spec.Await(ctx, call, "there are new workers, and a client waits for the old ones")
				Expect(a.err).NotTo(HaveOccurred(), "a client that waited when Reload was called")
				Expect(old).NotTo(ContainElement(a.pid), "a worker serves two clients at once")
			}
			third, fourth := s.come(ctx, hold), s.come(ctx, hold)
			third.stay(ctx)
			fourth.stay(ctx)
			Expect(own()).To(ConsistOf(first.pid, second.pid, third.pid, fourth.pid), "the old workers, which serve, and the new ones")

			late := spec.Go(s.come(ctx, ask).only)
			spec.Settled(ctx, late)
			first.leave(ctx)
			gone(ctx, first.pid, "it was let go, and has finished")
			kill(second.pid)
			second.lost(ctx)
			gone(ctx, second.pid, "it was killed")
			spec.Settled(ctx, late)
			Expect(own()).To(ConsistOf(third.pid, fourth.pid), "the new workers: who was let go takes no other client and is not replaced")
			third.leave(ctx)
			a := spec.Await(ctx, late, "a worker is free, and a client waits")
			Expect(a.err).NotTo(HaveOccurred())
			Expect(a.pid).To(Equal(third.pid), "the worker that is free")
			fourth.leave(ctx)
		})

		It("loses none of the clients that come one after the other", spec.Worth(1), func(ctx SpecContext) {
			s := start(prefork.Config{Workers: 1, Command: worker.Command()})
			Expect(s.Scale(2)).To(Succeed())
			old := own()
			stop := make(chan struct{})
			end := sync.OnceFunc(func() { close(stop) })
			DeferCleanup(end)
			visits := spec.Go(func() error {
				for {
					if a := s.come(ctx, ask).only(); a.err != nil {
						return a.err
					}
					select {
					case <-stop:
						return nil
					default:
					}
				}
			})
			Expect(spec.Await(ctx, s.reload(ctx), "Reload doesn't come back while clients come")).To(Succeed())
			for _, pid := range old {
				gone(ctx, pid, "it was let go")
			}
			end()
			Expect(spec.Await(ctx, visits, "a client waits, and no worker serves it")).To(Succeed(), "clients that came during Reload, one after the other")
			Expect(own()).To(HaveLen(2), "workers after Reload, as many as Scale was told")
		})

		It("keeps the old workers when the new ones don't come to serve", spec.Worth(1), func(ctx SpecContext) {
			station := open()
			s := start(prefork.Config{Workers: 2, Command: worker.Command(station.path)})
			old := []newcomer{station.next(ctx), station.next(ctx)}
			old[0].serve()
			old[1].serve()
			reload := s.reload(ctx)
			good, bad := station.next(ctx), station.next(ctx)
			good.serve()
			spec.Settled(ctx, reload)
			bad.fail()
			Expect(spec.Await(ctx, reload, "a new worker has ended before it called Serve, and Reload waits on")).NotTo(Succeed(), "a new worker has ended before it called Serve")
			gone(ctx, good.pid, "another new worker failed, so that it was let go")
			gone(ctx, bad.pid, "it could not start")
			Expect(own()).To(ConsistOf(old[0].pid, old[1].pid), "the old workers")

			impatient, giveUp := context.WithCancel(ctx)
			defer giveUp()
			reload = s.reload(impatient)
			fresh := []newcomer{station.next(ctx), station.next(ctx)}
			// Since these were started, nobody has called Serve.
			first, second := s.come(ctx, hold), s.come(ctx, hold)
			first.stay(ctx)
			second.stay(ctx)
			Expect([]int{first.pid, second.pid}).To(ConsistOf(old[0].pid, old[1].pid), "the old workers serve until the new ones can")
			first.leave(ctx)
			second.leave(ctx)
			spec.Settled(ctx, reload)
			giveUp()
			Expect(spec.Await(ctx, reload, "the context has ended, and Reload waits on")).To(MatchError(context.Canceled))
			fresh[0].fail()
			fresh[1].serve()
			gone(ctx, fresh[0].pid, "it could not start")
			gone(ctx, fresh[1].pid, "Reload gave up, so that it was let go")
			spec.Quiet(ctx)
			Expect(own()).To(ConsistOf(old[0].pid, old[1].pid), "the old workers")
			Expect(station.arrived).To(BeEmpty(), "a new worker was replaced that had been let go")

			workers := []int{old[0].pid, old[1].pid}
			over := spec.Await(ctx, s.shutdown(ctx, workers), "there is no client, a worker doesn't end that was let go, and Shutdown waits")
			Expect(over).To(Equal(ending{}), "what Shutdown returned, and the workers that were left")
			for _, worker := range old {
				Expect(worker.returned(ctx)).To(Equal(noError), "what Serve returned in a worker that was let go")
			}
		})

		It("goes on replacing its workers while it waits for new ones", spec.Worth(1), func(ctx SpecContext) {
			station := open()
			s := start(prefork.Config{Workers: 1, Command: worker.Command(station.path)})
			old := station.next(ctx)
			old.serve()
			Expect(spec.Await(ctx, spec.Go(s.come(ctx, ask).only), "a client waits, and no worker serves it").pid).To(Equal(old.pid))
			reload := s.reload(ctx)
			fresh := station.next(ctx)
			kill(old.pid)
			another := station.next(ctx)
			another.serve()
			a := spec.Await(ctx, spec.Go(s.come(ctx, ask).only), "an old worker was replaced while Reload waits, and no client is served")
			Expect(a.pid).To(Equal(another.pid), "the worker that serves until the new one can")
			fresh.serve()
			Expect(spec.Await(ctx, reload, "the new worker has called Serve, and Reload waits on")).To(Succeed())
			gone(ctx, another.pid, "it replaced an old one, and Reload exchanges all of them")
			Expect(own()).To(ConsistOf(fresh.pid), "the new worker")
		})

		It("asks for no pause, and ends those of the old workers", spec.Worth(1), func(ctx SpecContext) {
			station, clock := open(), newClock()
			s := start(prefork.Config{Workers: 1, Command: worker.Command(station.path), After: clock.after})
			station.next(ctx).fail()
			p := clock.next(ctx, station)
			reload := s.reload(ctx)
			station.next(ctx).fail()
			Expect(spec.Await(ctx, reload, "a new worker has ended before it called Serve, and Reload waits on")).NotTo(Succeed(), "a new worker has ended before it called Serve")
			spec.Quiet(ctx)
			Expect(clock.asked).To(BeEmpty(), "pauses for a worker of a Reload that has failed")

			reload = s.reload(ctx)
			fresh := station.next(ctx)
			fresh.serve()
			Expect(spec.Await(ctx, reload, "the new worker has called Serve, and Reload waits on")).To(Succeed())
			p.end()
			spec.Quiet(ctx)
			Expect(own()).To(ConsistOf(fresh.pid), "the new worker, when the pause is over after which an old one was to be replaced")
		})
	})

	When("it is shut down", func() {
		It("lets its workers finish, and nobody in any more", spec.Worth(2), func(ctx SpecContext) {
			s := start(prefork.Config{Workers: 2, Command: worker.Command()})
			workers := own()
			first := s.come(ctx, hold)
			first.stay(ctx)
			Expect(spec.Await(ctx, s.reload(ctx), "Reload waits for a client of an old worker")).To(Succeed())
			second := s.come(ctx, hold)
			second.stay(ctx)
			workers = append(workers, own()...)

			calls := []<-chan ending{s.shutdown(ctx, workers), s.shutdown(ctx, workers)}
			spec.Settled(ctx, calls...)
			refuses(ctx, s.Addr().String())
			second.leave(ctx)
			spec.Settled(ctx, calls...)
			first.leave(ctx)
			for _, call := range calls {
				Expect(spec.Await(ctx, call, "the last client has left, and Shutdown waits on")).To(Equal(ending{}), "what Shutdown returned, and the workers that were left")
			}
			Expect(own()).To(BeEmpty(), "Shutdown is back, and these are still there")
			Expect(s.Scale(3)).To(Equal(prefork.ErrClosed))
			Expect(s.Reload(ctx)).To(Equal(prefork.ErrClosed))
			Expect(own()).To(BeEmpty(), "processes that were started after Shutdown")
		})

		It("kills the workers that are left when its context ends", spec.Worth(1), func(ctx SpecContext) {
			s := start(prefork.Config{Workers: 2, Command: worker.Command()})
			workers := own()
			deaf, old := s.come(ctx, holdDeaf), s.come(ctx, hold)
			deaf.stay(ctx)
			old.stay(ctx)
			Expect(spec.Await(ctx, s.reload(ctx), "Reload waits for clients of the old workers")).To(Succeed())
			busy := s.come(ctx, hold)
			busy.stay(ctx)
			workers = append(workers, own()...)
			impatient, giveUp := context.WithCancel(ctx)
			defer giveUp()
			call := s.shutdown(impatient, workers)
			spec.Settled(ctx, call)
			giveUp()
			Expect(spec.Await(ctx, call, "the context has ended, and Shutdown waits on")).To(Equal(ending{err: context.Canceled}),
				"what Shutdown returned, and the workers that were left")
			deaf.lost(ctx)
			old.lost(ctx)
			busy.lost(ctx)
		})
	})
})
