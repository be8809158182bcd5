// Package rebuilds is the runner of a build server that keeps targets built: a newer revision of a target cancels the build of the older. Fixed: a build cancels its own context only, and leaves the entry alone if a newer build has taken its place.
package rebuilds

import (
	"context"
	"fmt"
	"sync"
)

// Step is one step of a build.
type Step func(ctx context.Context, target, revision string) error

// Runner runs builds.
type Runner struct {
	steps []Step
	tasks sync.WaitGroup

	mu      sync.Mutex
	started int
	latest  map[string]int
	cancels map[string]context.CancelFunc
}

// New returns a runner whose builds take these steps.
func New(steps ...Step) *Runner {
	return &Runner{steps: steps, latest: map[string]int{}, cancels: map[string]context.CancelFunc{}}
}

// Trigger begins to build a revision of a target. The result comes on the
// channel: nil, what a step said, or context.Canceled if a newer one took over.
func (r *Runner) Trigger(target, revision string) <-chan error {
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if older := r.cancels[target]; older != nil {
		older()
	}
	r.started++
	number := r.started
	r.latest[target], r.cancels[target] = number, cancel
	r.tasks.Go(func() {
		defer cancel()
		defer r.release(target, number)
		result <- r.build(ctx, target, revision)
	})
	return result
}

func (r *Runner) build(ctx context.Context, target, revision string) error {
	for i, step := range r.steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(ctx, target, revision); err != nil {
			return fmt.Errorf("step %d of %s at %s: %w", i+1, target, revision, err)
		}
	}
	return ctx.Err()
}

// release forgets a build, if it is still the target's latest.
func (r *Runner) release(target string, number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.latest[target] == number {
		delete(r.cancels, target)
		delete(r.latest, target)
	}
}

// Close cancels what still builds and waits for it.
func (r *Runner) Close() {
	r.mu.Lock()
	for _, cancel := range r.cancels {
		cancel()
	}
	r.mu.Unlock()
	r.tasks.Wait()
}
