//go:build linux

package reaper_test

import (
	"errors"
	"runtime"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/reaper"
)

var _ = Describe("A reaper", func() {
	When("a child is claimed", func() {
		It("leaves it to its owner", spec.Worth(1), func(ctx SpecContext) {
			heard := listen()
			r := start()
			line, other := tie(), tie()
			late, early := line.command(lives(7)), other.command(lives(8))
			releaseLate, releaseEarly := r.claim(begin(late)), r.claim(begin(early))
			noProgram := errors.New("no such program")
			_, err := r.Claim(func() (int, error) { return 0, noProgram })
			Expect(err).To(BeIdenticalTo(noProgram))

			line.Cut()
			Eventually(ctx, spec.State).WithArguments(late.Process.Pid).Should(Equal("Z"))
			spec.Await(ctx, heard)
			spec.Quiet(ctx)
			Expect(status(late)).To(Equal(7))
			releaseLate()

			waited := spec.Go(func() error { return early.Wait() })
			spec.Settled(ctx, waited)
			other.Cut()
			Eventually(ctx, waited).Should(Receive(MatchError("exit status 8")))
			releaseEarly()
			r.end(ctx)
		})

		It("leaves it to its owner even if it ends before start returns", spec.Worth(2), func(ctx SpecContext) {
			heard := listen()
			r := start()
			line, other := tie(), tie()
			command, otherPID := line.command(lives(6)), other.start(lives(5))
			started, proceed := make(chan struct{}), make(chan struct{})
			claimed := spec.Go(func() (release func()) {
				release, _ = r.Claim(func() (int, error) {
					pid, err := begin(command)()
					close(started)
					select {
					case <-proceed:
					case <-ctx.Done():
					}
					return pid, err
				})
				return release
			})
			spec.AwaitClosed(ctx, started)
			line.Cut()
			spec.Await(ctx, heard)
			other.Cut()
			spec.Await(ctx, heard)
			spec.Settled(ctx, claimed)
			close(proceed)

			release := spec.Await(ctx, claimed)
			Expect(r.next(ctx)).To(Equal(exited(otherPID, 5)))
			Expect(status(command)).To(Equal(6))
			release()
			r.end(ctx)
		})

		It("reaps the others while its zombie waits for its owner", spec.Worth(1), func(ctx SpecContext) {
			r := start()
			// One thread starts them all, so that in any list of them, by age or by
			// pid or by thread, those with an owner come first.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			ended, living, others := tie(), tie(), tie()
			zombie, alive := ended.command(lives(1)), living.command(lives(2))
			releaseZombie, releaseAlive := r.claim(begin(zombie)), r.claim(begin(alive))
			var expected []reaper.Exit
			for i := range 3 {
				expected = append(expected, exited(others.start(lives(i)), i))
			}
			expected = append(expected, exited(others.stranger(lives(3)), 3))
			ended.Cut()
			Eventually(ctx, spec.State).WithArguments(zombie.Process.Pid).Should(Equal("Z"))
			others.Cut()
			Expect([]reaper.Exit{r.next(ctx), r.next(ctx), r.next(ctx), r.next(ctx)}).To(ConsistOf(expected))

			living.Cut()
			Expect(status(zombie)).To(Equal(1))
			Expect(status(alive)).To(Equal(2))
			releaseZombie()
			releaseAlive()
			r.end(ctx)
		})

		It("takes it over when its owner gives it back", spec.Worth(1), func(ctx SpecContext) {
			heard := listen()
			r := start()
			ended, living := tie(), tie()
			var endedPID, livingPID int
			releaseEnded := r.claim(func() (pid int, err error) {
				endedPID, err = ended.fork(lives(1))
				return endedPID, err
			})
			releaseLiving := r.claim(func() (pid int, err error) {
				livingPID, err = living.fork(lives(2))
				return livingPID, err
			})
			ended.Cut()
			spec.Await(ctx, heard)
			spec.Quiet(ctx)
			releaseEnded()
			Expect(r.next(ctx)).To(Equal(exited(endedPID, 1)))
			releaseEnded()

			together := spec.Gate(2)
			release := func() error { err := together.Enter(ctx); releaseLiving(); return err }
			for _, call := range []<-chan error{spec.Go(release), spec.Go(release)} {
				err := spec.Await(ctx, call)
				Expect(err).NotTo(HaveOccurred())
			}
			living.Cut()
			Expect(r.next(ctx)).To(Equal(exited(livingPID, 2)))
			r.end(ctx)
		})
	})
})
