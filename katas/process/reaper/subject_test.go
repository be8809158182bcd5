//go:build linux

package reaper_test

import (
	"context"
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/reaper"
)

// subject is the reaper that a spec is about.
type subject struct{ *reaper.Reaper }

func start() subject {
	GinkgoHelper()
	// The specs' own process adopts orphans already, to see what is left behind;
	// here that is for the reaper to do.
	Expect(unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)).To(Succeed())
	DeferCleanup(func() { unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) })
	r, err := reaper.Start()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(r.Stop)
	return subject{r}
}

func (r subject) next(ctx context.Context) reaper.Exit {
	GinkgoHelper()
	exit, err := r.Next(ctx)
	Expect(err).NotTo(HaveOccurred())
	return exit
}

func (r subject) claim(start func() (pid int, err error)) (release func()) {
	GinkgoHelper()
	release, err := r.Claim(start)
	Expect(err).NotTo(HaveOccurred())
	return release
}

// hold begins a Claim whose start goes on until proceed is called, and starts
// nothing in the end.
func (r subject) hold(ctx context.Context) (proceed func()) {
	GinkgoHelper()
	begun, over := make(chan struct{}), make(chan struct{})
	nothing := errors.New("nothing was started")
	claimed := spec.Go(func() error {
		_, err := r.Claim(func() (int, error) {
			close(begun)
			select {
			case <-over:
			case <-ctx.Done():
			}
			return 0, nothing
		})
		return err
	})
	spec.AwaitClosed(ctx, begun)
	return func() {
		GinkgoHelper()
		close(over)
		err := spec.Await(ctx, claimed)
		Expect(err).To(MatchError(nothing))
	}
}

// end stops the reaper and proves that it has reported nothing that the spec did
// not ask for.
func (r subject) end(ctx context.Context) {
	GinkgoHelper()
	r.Stop()
	exit, err := r.Next(ctx)
	Expect(err).To(MatchError(reaper.ErrStopped), "nobody else had ended, but there is %+v", exit)
}
