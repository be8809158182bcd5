//go:build linux

package selectloop_test

import (
	"io"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/selectloop"
)

// occupy takes all numbers of descriptors below this one that are free, and reports
// whether it got them and some more are left for the clients.
func occupy(below int) (release func(), full bool) {
	GinkgoHelper()
	null, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	Expect(err).NotTo(HaveOccurred())
	taken := []int{null}
	release = func() {
		for _, fd := range taken {
			unix.Close(fd)
		}
		taken = nil
	}
	DeferCleanup(func() { release() })
	high, err := unix.FcntlInt(uintptr(null), unix.F_DUPFD_CLOEXEC, below+100)
	if err != nil {
		release()
		return release, false
	}
	defer unix.Close(high)
	for {
		fd, err := unix.FcntlInt(uintptr(null), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			release()
			return release, false
		}
		if fd >= below {
			unix.Close(fd)
			return release, true
		}
		taken = append(taken, fd)
	}
}

var _ = Describe("A loop that is stopped", func() {
	It("wakes up, closes everything and returns", spec.Worth(1), func(ctx SpecContext) {
		loop := begin(ctx)
		idle, slow := loop.dial(ctx), loop.dial(ctx)
		idle.turns()
		loop.stuff(slow, idle)
		spec.Settled(ctx, loop.ended)
		loop.end(ctx)
		Expect(served(loop.path)).To(BeEmpty(), "connections that are open after Run")
		Expect(io.ReadAll(idle)).To(BeEmpty())
	})

	It("is stopped by any number of calls, early or late, and touches nothing that is somebody else's then", spec.Worth(1), func(ctx SpecContext) {
		fd, _ := listen()
		early, err := selectloop.New(fd)
		Expect(err).NotTo(HaveOccurred())
		// More often than anything has room for a note of it.
		come(ctx, spec.Returned(func() {
			for range 1<<16 + 1 {
				early.Stop()
			}
		}), "Stop doesn't return")
		Expect(come(ctx, spec.Go(early.Run), "Stop has been called before Run, and Run doesn't return")).To(Succeed())

		loop := begin(ctx)
		loop.dial(ctx).turns()
		var stops []<-chan struct{}
		for range 8 {
			stops = append(stops, spec.Returned(loop.loop.Stop))
		}
		Expect(come(ctx, loop.ended, "Run doesn't return")).To(Succeed())
		for _, stop := range stops {
			come(ctx, stop, "Stop doesn't return")
		}

		// Whatever numbers the loops had, somebody else has them now.
		var strangers []int
		for range 32 {
			pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(unix.Close, pair[0])
			DeferCleanup(unix.Close, pair[1])
			strangers = append(strangers, pair[:]...)
		}
		for range 3 {
			early.Stop()
			loop.loop.Stop()
		}
		for _, fd := range strangers {
			Expect(waiting(fd)).To(BeZero(), "bytes that Stop, after Run has returned, has sent to a socket which isn't the loop's")
			Expect(unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)).To(BeZero())
		}
	})
})
