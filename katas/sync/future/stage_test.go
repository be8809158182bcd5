package future_test

import (
	"context"
	"errors"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/future"
)

var errMishap = errors.New("this is the work's own error")

// outcome is what Result returned.
type outcome struct {
	value string
	err   error
}

func result(ctx context.Context, f *future.Future[string]) outcome {
	value, err := f.Result(ctx)
	return outcome{value, err}
}

// ask waits for the outcome in a goroutine of its own.
func ask(ctx context.Context, f *future.Future[string]) <-chan outcome {
	return spec.Go(func() outcome { return result(ctx, f) })
}

// run runs a future whose work doesn't wait for the spec.
func run(ctx context.Context, f *future.Future[string]) {
	GinkgoHelper()
	spec.AwaitClosed(ctx, spec.Returned(f.Run), "Run doesn't come back")
}

// quick returns a future of work that returns its name.
func quick(name string) *future.Future[string] {
	return future.New(func(context.Context) (string, error) { return name, nil })
}

// stage is where work stays until it is told what to return.
type stage struct {
	ctx    context.Context
	begins atomic.Int64
	// begun has the contexts that works were given.
	begun chan context.Context
	told  chan outcome
}

func open(ctx context.Context) *stage {
	return &stage{ctx: ctx, begun: make(chan context.Context, 100), told: make(chan outcome, 100)}
}

func (s *stage) work(ctx context.Context) (string, error) {
	s.begins.Add(1)
	s.begun <- ctx
	select {
	case o := <-s.told:
		return o.value, o.err
	case <-s.ctx.Done():
		return "", s.ctx.Err()
	}
}

// journal is a list of events.
type journal struct {
	events chan string
}

func begin() *journal { return &journal{make(chan string, 100)} }

func (j *journal) note(event string) { j.events <- event }

// all returns what has been noted so far.
func (j *journal) all() []string {
	events := []string{}
	for {
		select {
		case event := <-j.events:
			events = append(events, event)
		default:
			return events
		}
	}
}
