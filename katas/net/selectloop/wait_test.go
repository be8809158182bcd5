//go:build linux

package selectloop_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/selectloop"
)

// pipe is a pipe whose descriptors are closed after the spec.
type pipe struct {
	in, out int
	closed  map[int]bool
}

func open() *pipe {
	GinkgoHelper()
	var ends [2]int
	Expect(unix.Pipe2(ends[:], unix.O_CLOEXEC|unix.O_NONBLOCK)).To(Succeed())
	p := &pipe{ends[0], ends[1], map[int]bool{}}
	DeferCleanup(func() {
		p.close(p.in)
		p.close(p.out)
	})
	return p
}

// close closes one of the ends, if it is still open.
func (p *pipe) close(end int) {
	if !p.closed[end] {
		p.closed[end] = true
		unix.Close(end)
	}
}

// write writes a byte.
func write(fd int) {
	GinkgoHelper()
	_, err := unix.Write(fd, []byte{'x'})
	Expect(err).NotTo(HaveOccurred())
}

// found is what Wait returned.
type found struct {
	readable, writable []int
	err                error
}

func wait(reading, writing []int) <-chan found {
	return spec.Go(func() found {
		readable, writable, err := selectloop.Wait(reading, writing)
		return found{readable, writable, err}
	})
}

// finds expects Wait to return these at once.
func finds(ctx context.Context, reading, writing, readable, writable []int) {
	GinkgoHelper()
	given := slices.Concat(reading, writing)
	got := come(ctx, wait(reading, writing), fmt.Sprintf("%v can be read and %v can be written, and Wait doesn't return", readable, writable))
	Expect(got.err).NotTo(HaveOccurred())
	Expect(slices.Equal(got.readable, readable)).To(BeTrue(), "of %v, %v can be read, and Wait returns %v", reading, readable, got.readable)
	Expect(slices.Equal(got.writable, writable)).To(BeTrue(), "of %v, %v can be written, and Wait returns %v", writing, writable, got.writable)
	Expect(slices.Concat(reading, writing)).To(Equal(given), "the lists that Wait was given")
}

// fails expects Wait to return this error at once.
func fails(ctx context.Context, reading, writing []int, want error) {
	GinkgoHelper()
	got := come(ctx, wait(reading, writing), fmt.Sprintf("Wait for %v and %v must fail at once, and doesn't return", reading, writing))
	Expect(got.err).To(MatchError(want), "Wait for %v and %v", reading, writing)
	Expect(slices.Concat(got.readable, got.writable)).To(BeEmpty(), "descriptors that come with an error")
}

var _ = Describe("A wait for descriptors", func() {
	It("tells which of them can be read and which can be written", spec.Worth(1), func(ctx SpecContext) {
		first, second, third := open(), open(), open()
		for second.full() {
		}
		write(third.out)
		finds(ctx, []int{first.in, third.in}, nil, []int{third.in}, nil)
		finds(ctx, []int{third.in, first.in, second.in}, []int{second.out, third.out, first.out}, []int{third.in, second.in}, []int{third.out, first.out})
		finds(ctx, []int{first.in}, []int{first.out}, nil, []int{first.out})

		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(unix.Close, pair[0])
		finds(ctx, []int{pair[0]}, []int{pair[0]}, nil, []int{pair[0]})
		write(pair[1])
		finds(ctx, []int{pair[0]}, []int{pair[0]}, []int{pair[0]}, []int{pair[0]})
		unix.Read(pair[0], make([]byte, 1))
		// Its input ends, and writing to it fails.
		unix.Close(pair[1])
		finds(ctx, []int{first.in, pair[0]}, []int{pair[0]}, []int{pair[0]}, []int{pair[0]})

		// The same of pipes, which poll(2) tells with nothing but POLLHUP and POLLERR:
		// nothing comes any more from the one, and the other has neither room nor a reader.
		ended, broken := open(), open()
		ended.close(ended.out)
		for broken.full() {
		}
		broken.close(broken.in)
		finds(ctx, []int{first.in, ended.in}, nil, []int{ended.in}, nil)
		finds(ctx, nil, []int{second.out, broken.out}, nil, []int{broken.out})
	})

	It("blocks until one can, without burning CPU, and whatever signals come", spec.Worth(2), func(ctx SpecContext) {
		reading, writing := open(), open()
		for writing.full() {
		}
		thread := make(chan int, 1)
		call := spec.Go(func() found {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			thread <- unix.Gettid()
			readable, writable, err := selectloop.Wait([]int{reading.in}, []int{writing.out})
			return found{readable, writable, err}
		})
		id := come(ctx, thread, "nobody waits")
		spec.Settled(ctx, call)
		spec.Idle(ctx)
		// Another one may wait meanwhile, for something else.
		ready := open()
		write(ready.out)
		finds(ctx, []int{ready.in, reading.in}, []int{ready.out, writing.out}, []int{ready.in}, []int{ready.out})
		for range 5 {
			interrupt(ctx, id)
			spec.Settled(ctx, call)
		}
		write(reading.out)
		got := come(ctx, call, "a descriptor can be read, and Wait doesn't return")
		Expect(got.err).NotTo(HaveOccurred(), "a signal has come")
		Expect(got.readable).To(Equal([]int{reading.in}))
		Expect(got.writable).To(BeEmpty())
	})

	It("refuses descriptors that have no place in a set, and those that are not open", spec.Worth(2), func(ctx SpecContext) {
		here := open()
		write(here.out)
		for _, fd := range []int{selectloop.SetSize, selectloop.SetSize + 1, selectloop.SetSize + 63, 1 << 20, -1} {
			fails(ctx, []int{here.in, fd}, nil, selectloop.ErrSetSize)
			fails(ctx, []int{here.in}, []int{fd}, selectloop.ErrSetSize)
		}
		const unused = selectloop.SetSize - 7
		if _, err := unix.FcntlInt(unused, unix.F_GETFD, 0); err == unix.EBADF {
			fails(ctx, []int{here.in, unused}, nil, unix.EBADF)
			fails(ctx, nil, []int{here.out, unused}, unix.EBADF)
			// A number that has no place comes first, wherever it stands.
			fails(ctx, []int{unused, selectloop.SetSize}, nil, selectloop.ErrSetSize)
			fails(ctx, []int{unused}, []int{here.out, -1}, selectloop.ErrSetSize)
		}
		// Where the process may have so many open: the last that has a place, and one
		// that has none although it is open.
		for _, at := range []int{selectloop.SetSize - 1, selectloop.SetSize + 5} {
			fd, err := unix.FcntlInt(uintptr(here.in), unix.F_DUPFD_CLOEXEC, at)
			if err != nil {
				continue
			}
			DeferCleanup(unix.Close, fd)
			if fd < selectloop.SetSize {
				finds(ctx, []int{here.in, fd}, nil, []int{here.in, fd}, nil)
			} else {
				fails(ctx, []int{here.in, fd}, nil, selectloop.ErrSetSize)
			}
		}
	})
})

// full writes to a pipe, and returns false once it is full.
func (p *pipe) full() bool {
	_, err := unix.Write(p.out, make([]byte, 4096))
	return err == nil
}
