//go:build linux

package namedsemaphore_test

import (
	"context"
	"os"
	"regexp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/namedsemaphore"
)

// place is where a semaphore is found.
type place struct{ folder, name string }

// characters are those that a name can have, of which there are most at most.
var characters = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

const most = 64

// legal reports whether a semaphore can have this name.
func legal(name string) bool { return len(name) <= most && characters.MatchString(name) }

// nowhere is a place with a folder of its own, without a semaphore.
func nowhere() place {
	GinkgoHelper()
	return place{spec.Folder(), "gate"}
}

// subject is a semaphore that this process has open.
type subject struct {
	*namedsemaphore.Semaphore
	closed *bool
}

type opened struct {
	semaphore *namedsemaphore.Semaphore
	err       error
}

// try calls Open, which must come back. What it returns is closed after the spec.
func (p place) try(ctx context.Context, n int) (subject, error) {
	GinkgoHelper()
	seen := spec.Await(ctx, spec.Go(func() opened {
		semaphore, err := namedsemaphore.Open(p.folder, p.name, n)
		return opened{semaphore, err}
	}), "Open doesn't come back")
	s := subject{seen.semaphore, new(bool)}
	if seen.err == nil {
		DeferCleanup(s.close)
	}
	return s, seen.err
}

// open opens the semaphore.
func (p place) open(ctx context.Context, n int) subject {
	GinkgoHelper()
	s, err := p.try(ctx, n)
	Expect(err).NotTo(HaveOccurred())
	return s
}

// close closes the semaphore, once.
func (s subject) close(ctx SpecContext) {
	GinkgoHelper()
	if !*s.closed {
		*s.closed = true
		succeeds(ctx, spec.Go(s.Close), "Close")
	}
}

// acquire calls Acquire in a goroutine of its own.
func (s subject) acquire(ctx context.Context) <-chan error {
	return spec.Go(func() error { return s.Acquire(ctx) })
}

// acquireAll calls Acquire in so many goroutines, and sends what they return to one
// channel.
func (s subject) acquireAll(ctx context.Context, callers int) <-chan error {
	all := make(chan error, callers)
	for range callers {
		spec.Returned(func() { all <- s.Acquire(ctx) })
	}
	return all
}

// takes calls Acquire so many times, one after the other, where slots are free.
func (s subject) takes(ctx context.Context, slots int) {
	GinkgoHelper()
	for range slots {
		succeeds(ctx, s.acquire(ctx), "Acquire, where a slot is free,")
	}
}

// release gives back so many slots.
func (s subject) release(ctx context.Context, slots int) {
	GinkgoHelper()
	for range slots {
		succeeds(ctx, spec.Go(s.Release), "Release")
	}
}

// succeeds waits until a call has returned, and wants no error.
func succeeds(ctx context.Context, call <-chan error, what string) {
	GinkgoHelper()
	Expect(errorOf(ctx, call, what)).NotTo(HaveOccurred())
}

// errorOf waits until a call has returned.
func errorOf(ctx context.Context, call <-chan error, what string) error {
	GinkgoHelper()
	return spec.Await(ctx, call, what+" doesn't come back")
}

// remove removes the semaphore.
func (p place) remove(ctx context.Context) error {
	GinkgoHelper()
	return errorOf(ctx, spec.Go(func() error { return namedsemaphore.Remove(p.folder, p.name) }), "Remove")
}

// entries returns the names in a folder.
func entries(folder string) (all []string) {
	GinkgoHelper()
	found, err := os.ReadDir(folder)
	Expect(err).NotTo(HaveOccurred())
	for _, entry := range found {
		all = append(all, entry.Name())
	}
	return all
}
