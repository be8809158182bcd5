//go:build linux

package sharedarray_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/sharedarray"
)

// subject is an array of the spec's own process.
type subject struct {
	*sharedarray.Array
	// calls of Lock have returned when these are closed.
	calls []<-chan struct{}
}

// makeArray returns an array of so many numbers. It is closed after the spec, when
// those have ended who could keep a call from its lock.
func makeArray(n int) *subject {
	GinkgoHelper()
	array, err := sharedarray.New(n)
	Expect(err).NotTo(HaveOccurred())
	s := &subject{Array: array}
	DeferCleanup(func(ctx SpecContext) {
		for _, returned := range s.calls {
			select {
			case <-returned:
			case <-ctx.Done():
				return
			}
		}
		array.Close()
	})
	return s
}

// locking calls Lock in a goroutine of its own.
func locking(array *subject) <-chan error {
	returned := make(chan struct{})
	array.calls = append(array.calls, returned)
	return spec.Go(func() error {
		defer close(returned)
		return array.Lock()
	})
}

// regular is a goroutine that takes the lock again and again.
type regular struct {
	inside chan error    // what Lock has returned
	leave  chan struct{} // sent to give the lock back, and to want it again at once
}

// regularly starts such a goroutine. It ends after the spec, when it has had the lock
// once more.
func regularly(array *subject) regular {
	ended, over := make(chan struct{}), make(chan struct{})
	array.calls = append(array.calls, ended)
	DeferCleanup(func() { close(over) })
	r := regular{inside: make(chan error, 1), leave: make(chan struct{})}
	spec.Go(func() error {
		defer close(ended)
		for {
			if err := array.Lock(); err != nil {
				r.inside <- err
				return err
			}
			r.inside <- nil
			select {
			case <-r.leave:
			case <-over:
				return array.Unlock()
			}
			if err := array.Unlock(); err != nil {
				return err
			}
		}
	})
	return r
}

// lock calls Lock where it needn't wait for long.
func lock(ctx context.Context, array *subject) {
	GinkgoHelper()
	succeed(ctx, locking(array))
}

// succeed waits until a call has come back, and wants it to have succeeded.
func succeed(ctx context.Context, call <-chan error) {
	GinkgoHelper()
	failed := spec.Await(ctx, call)
	Expect(failed).NotTo(HaveOccurred())
}

// sum calls Add, which must come back.
func sum(ctx context.Context, array *subject, i int, delta int64) int64 {
	GinkgoHelper()
	return spec.Await(ctx, spec.Go(func() int64 { return array.Add(i, delta) }), "Add doesn't come back")
}

// held returns which descriptors of a process are open on the file.
func held(pid int, file os.FileInfo) (all []string) {
	GinkgoHelper()
	links, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
	Expect(links).NotTo(BeEmpty(), "the process has ended")
	for _, link := range links {
		if target, err := os.Stat(link); err == nil && os.SameFile(target, file) {
			all = append(all, "descriptor "+filepath.Base(link))
		}
	}
	return all
}

// named returns the paths of the files that a process has open and that lie in a folder,
// where others can open them. The kernel's own don't count: the runtime reads some.
func named(pid int) (all []string) {
	GinkgoHelper()
	links, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
	Expect(links).NotTo(BeEmpty(), "the process has ended")
	for _, link := range links {
		path, _ := os.Readlink(link)
		file, err := os.Stat(link)
		// What is no file but a pipe or an event has no path either.
		if err != nil || !strings.HasPrefix(path, "/") || !file.Mode().IsRegular() {
			continue
		}
		kernels := strings.HasPrefix(path, "/proc/") || strings.HasPrefix(path, "/sys/")
		if file.Sys().(*syscall.Stat_t).Nlink > 0 && !kernels {
			all = append(all, path)
		}
	}
	return all
}

// stranger starts a program that is given nothing, and returns its pid.
func stranger() int {
	GinkgoHelper()
	line := spec.Tie()
	command := exec.Command("cat")
	command.Stdin = line.Read
	Expect(command.Start()).To(Succeed())
	DeferCleanup(command.Wait)
	DeferCleanup(line.Cut)
	return command.Process.Pid
}
