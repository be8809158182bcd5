//go:build linux

package messagequeue_test

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/messagequeue"
)

func isClosed(err error) bool { return errors.Is(err, messagequeue.ErrClosed) }

// served is a queue that this process serves.
type served struct {
	*messagequeue.Server
	folder string
}

// serve serves a queue, and throws away after the spec what is left in it.
func serve(capacity int) served {
	GinkgoHelper()
	folder := spec.Folder()
	server, err := messagequeue.Serve(folder, capacity)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		over, end := context.WithCancel(context.Background())
		end()
		server.Close(over)
	})
	return served{server, folder}
}

// open opens the queue once more.
func (s served) open() subject {
	GinkgoHelper()
	queue, err := messagequeue.Open(s.folder)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(queue.Close)
	return subject{queue}
}

// closing calls Close in a goroutine of its own.
func (s served) closing(ctx context.Context) <-chan error {
	return spec.Go(func() error { return s.Close(ctx) })
}

// late is a context whose deadline is long past.
func late(ctx context.Context) context.Context {
	over, end := context.WithDeadlineCause(ctx, time.Unix(1, 0), errors.New("a cause is not what Err returns"))
	DeferCleanup(end)
	return over
}

// endingContext is a context that ends when somebody asks whether it has ended.
type endingContext struct {
	context.Context
	end   context.CancelFunc
	times atomic.Int64
}

// ending returns a context that ends when it is asked for so many times.
func ending(ctx context.Context, times int64) *endingContext {
	over := new(endingContext)
	over.Context, over.end = context.WithCancel(ctx)
	over.times.Store(times)
	DeferCleanup(over.end)
	return over
}

func (c *endingContext) asked() {
	if c.times.Add(-1) == 0 {
		c.end()
	}
}

func (c *endingContext) Done() <-chan struct{} {
	c.asked()
	return c.Context.Done()
}

func (c *endingContext) Err() error {
	c.asked()
	return c.Context.Err()
}

// subject is the queue that a spec is about.
type subject struct{ *messagequeue.Queue }

// putting calls Put in a goroutine of its own.
func (s subject) putting(ctx context.Context, message string) <-chan error {
	return spec.Go(func() error { return s.Put(ctx, []byte(message)) })
}

// puts puts messages one after the other, for which there is room.
func (s subject) puts(ctx context.Context, messages ...string) {
	GinkgoHelper()
	for _, message := range messages {
		Expect(errorOf(ctx, s.putting(ctx, message))).To(Succeed())
	}
}

func errorOf(ctx context.Context, call <-chan error) error {
	GinkgoHelper()
	return spec.Await(ctx, call)
}

// took is what Take returned.
type took struct {
	message string
	err     error
}

// taking calls Take in a goroutine of its own.
func (s subject) taking(ctx context.Context) <-chan took {
	return spec.Go(func() took {
		message, err := s.Take(ctx)
		return took{string(message), err}
	})
}

// take returns the next message, which is there or on its way.
func (s subject) take(ctx context.Context) string {
	GinkgoHelper()
	return messageOf(ctx, s.taking(ctx))
}

func messageOf(ctx context.Context, call <-chan took) string {
	GinkgoHelper()
	seen := endOf(ctx, call)
	Expect(seen.err).NotTo(HaveOccurred())
	return seen.message
}

func endOf(ctx context.Context, call <-chan took) took {
	GinkgoHelper()
	return spec.Await(ctx, call, "a message is lost, or Take doesn't notice it")
}
