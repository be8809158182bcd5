package executor_test

import (
	"context"
	"errors"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/executor"
)

// tree is a task that has two tasks do its work, down to a depth, and returns how
// many leaves there are. It tells the stage when it runs and when it waits.
func (s *stage) tree(ctx context.Context, depth int) (leaves int, err error) {
	s.enter()
	defer s.leave()
	if depth == 0 {
		return 1, nil
	}
	var branches []*executor.Task[int]
	for range 2 {
		branch, err := executor.Submit(s.Executor, func(ctx context.Context) (int, error) { return s.tree(ctx, depth-1) })
		if err != nil {
			return 0, err
		}
		branches = append(branches, branch)
	}
	for _, branch := range branches {
		s.leave()
		below, err := branch.Result(ctx)
		s.enter()
		if err != nil {
			return 0, err
		}
		leaves += below
	}
	return leaves, nil
}

// wait is a task that waits for another one and returns its value.
func (s *stage) wait(task *executor.Task[string]) work {
	return func(ctx context.Context) (string, error) {
		// Any context will do that is derived from the task's.
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		return task.Result(ctx)
	}
}

var _ = Describe("An executor whose tasks wait for tasks", func() {
	It("gets on, however few workers it has", spec.Worth(2), func(ctx SpecContext) {
		for _, workers := range []int{1, 2, 3} {
			s := open(ctx, workers)
			call := spec.Go(func() []int {
				leaves, err := executor.Map(ctx, s.Executor, s.tree, []int{4, 0, 3, 4})
				Expect(err).NotTo(HaveOccurred())
				return leaves
			})
			Expect(spec.Await(ctx, call)).To(Equal([]int{16, 1, 8, 16}))
			Expect(s.most.Load()).To(BeNumerically("<=", workers), "tasks that ran at once, those that waited aside")
		}
	})

	It("gets on when all its workers wait at once, in Result and in Map", spec.Worth(1), func(ctx SpecContext) {
		const workers = 3
		s, together := open(ctx, workers), spec.Gate(workers)
		outer := func(wait work) work {
			return func(ctx context.Context) (string, error) {
				if err := together.Enter(s.over); err != nil {
					return "", err
				}
				return wait(ctx)
			}
		}
		inner := func(ctx context.Context) (string, error) {
			task, err := executor.Submit(s.Executor, s.quick("inner"))
			if err != nil {
				return "", err
			}
			return s.wait(task)(ctx)
		}
		innerMap := func(ctx context.Context) (string, error) {
			values, err := executor.Map(ctx, s.Executor, func(ctx context.Context, item string) (string, error) { return item, nil }, []string{"one", "two"})
			if err != nil {
				return "", err
			}
			return values[0] + values[1], nil
		}
		for _, kind := range []struct {
			wait work
			want string
		}{{inner, "inner"}, {innerMap, "onetwo"}} {
			var askers []<-chan outcome
			for range workers {
				askers = append(askers, ask(ctx, s.submit(ctx, outer(kind.wait))))
			}
			for _, asker := range askers {
				Expect(spec.Await(ctx, asker)).To(Equal(outcome{value: kind.want}))
			}
		}
	})

	It("has no more of them at work when one goes on that has waited", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx, 1)
		outer := ask(ctx, s.submit(ctx, func(ctx context.Context) (string, error) {
			task, err := executor.Submit(s.Executor, s.hold("inner"))
			if err != nil {
				return "", err
			}
			value, err := s.wait(task)(ctx)
			if err != nil {
				return "", err
			}
			return s.hold("outer, after " + value)(ctx)
		}))
		inner := s.next(ctx)
		Expect(inner.name).To(Equal("inner"))
		third := ask(ctx, s.submit(ctx, s.hold("third")))
		spec.Settled(ctx, outer, third)
		Expect(s.running.Load()).To(BeEquivalentTo(1), "tasks that run on one worker")

		// Which of the two comes first is left open.
		inner.leave("inner")
		guests := []guest{s.next(ctx)}
		spec.Settled(ctx, outer, third)
		Expect(s.running.Load()).To(BeEquivalentTo(1), "tasks that run on one worker")
		guests[0].leave("done")
		guests = append(guests, s.next(ctx))
		guests[1].leave("done")
		Expect([]string{guests[0].name, guests[1].name}).To(ConsistOf("outer, after inner", "third"))
		Expect(spec.Await(ctx, outer)).To(Equal(outcome{value: "done"}))
		Expect(spec.Await(ctx, third)).To(Equal(outcome{value: "done"}))
	})

	It("waits for one that has begun without burning CPU, and the others keep their order", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx, 2)
		begun := s.submit(ctx, s.hold("begun"))
		guest := s.next(ctx)
		outer := ask(ctx, s.submit(ctx, func(ctx context.Context) (string, error) {
			s.hold("outer")(ctx)
			if _, err := s.wait(begun)(ctx); err != nil {
				return "", err
			}
			// Stays, so that one worker at most runs the others, which makes their order sure.
			return s.hold("outer, later")(ctx)
		}))
		waits := s.next(ctx)
		var last *executor.Task[string]
		var names []string
		for i := range 50 {
			names = append(names, fmt.Sprint("task ", i))
			last = s.submit(ctx, s.quick(names[i]))
		}
		waits.leave("")
		spec.Idle(ctx)
		spec.Settled(ctx, outer)
		guest.leave("")
		later := s.next(ctx)
		spec.Await(ctx, ask(ctx, last))
		Expect(s.begun()).To(Equal(names))
		later.leave("done")
		Expect(spec.Await(ctx, outer)).To(Equal(outcome{value: "done"}))
	})

	It("has nothing in the way of one that goes on", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx, 2)
		begun := s.submit(ctx, s.hold("begun"))
		guest := s.next(ctx)
		outer := s.submit(ctx, func(ctx context.Context) (string, error) {
			s.hold("outer")(ctx)
			return s.wait(begun)(ctx)
		})
		waits := s.next(ctx)
		// One of the others waits for the one that waits: that is no circle.
		others := []<-chan outcome{ask(ctx, s.submit(ctx, s.wait(outer))), ask(ctx, s.submit(ctx, s.quick("other")))}
		waits.leave("")
		spec.Quiet(ctx)
		guest.leave("done")
		Expect(spec.Await(ctx, ask(ctx, outer))).To(Equal(outcome{value: "done"}))
		Expect(spec.Await(ctx, others[0])).To(Equal(outcome{value: "done"}))
		Expect(spec.Await(ctx, others[1])).To(Equal(outcome{value: "other"}))
	})

	It("has no more of them at work when one gives up waiting", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx, 2)
		begun := s.submit(ctx, s.hold("begun"))
		guest := s.next(ctx)
		stop := make(chan context.CancelFunc, 1)
		outer := ask(ctx, s.submit(ctx, func(ctx context.Context) (string, error) {
			s.hold("outer")(ctx)
			waiting, cancel := context.WithCancel(ctx)
			stop <- cancel
			// Whether that ends the wait is left open.
			begun.Result(waiting)
			return s.hold("outer, later")(ctx)
		}))
		waits := s.next(ctx)
		for range 2 {
			s.submit(ctx, s.hold("pending"))
		}
		waits.leave("")
		spec.Settled(ctx, outer)
		spec.Await(ctx, stop)()
		spec.Settled(ctx, outer)
		Expect(s.running.Load()).To(BeNumerically("<=", 2), "tasks that run on two workers")

		guest.leave("")
		for len(outer) == 0 {
			s.next(ctx).leave("done")
			spec.Quiet(ctx)
		}
		Expect(spec.Await(ctx, outer)).To(Equal(outcome{value: "done"}))
		Expect(s.most.Load()).To(BeNumerically("<=", 2), "tasks that ran at once on two workers")
	})

	It("tells one that waits how the other one ended", spec.Worth(1), func(ctx SpecContext) {
		s := open(ctx, 1)
		fails := func(_ context.Context, panics bool) (string, error) {
			if panics {
				panic("no good")
			}
			return "half of it", errMishap
		}
		for _, panics := range []bool{false, true} {
			for name, wait := range map[string]func(ctx context.Context) (string, error){
				"Result": func(ctx context.Context) (string, error) {
					task, err := executor.Submit(s.Executor, func(ctx context.Context) (string, error) { return fails(ctx, panics) })
					if err != nil {
						return "", err
					}
					return task.Result(ctx)
				},
				"Map": func(ctx context.Context) (string, error) {
					_, err := executor.Map(ctx, s.Executor, fails, []bool{panics})
					return "half of it", err
				},
			} {
				seen := make(chan outcome, 1)
				outer := ask(ctx, s.submit(ctx, func(ctx context.Context) (string, error) {
					value, err := wait(ctx)
					seen <- outcome{value, err}
					return "went on", nil
				}))
				Expect(spec.Await(ctx, outer)).To(Equal(outcome{value: "went on"}), "a task that waited in %s", name)
				told := spec.Await(ctx, seen)
				if !panics {
					Expect(told).To(Equal(outcome{"half of it", errMishap}))
					continue
				}
				var panicked *executor.PanicError
				Expect(errors.As(told.err, &panicked)).To(BeTrue(), "the error is %v, and no *PanicError", told.err)
				Expect(panicked.Value).To(Equal("no good"))
			}
		}
	})

	It("borrows no worker from those who are not its tasks", spec.Worth(1), func(ctx SpecContext) {
		s, other := open(ctx, 1), open(ctx, 2)
		s.submit(ctx, s.hold("in the way"))
		guest := s.next(ctx)
		pending := s.submit(ctx, s.quick("pending"))
		askers := []<-chan outcome{ask(ctx, pending), ask(ctx, other.submit(ctx, other.wait(pending)))}
		spec.Settled(ctx, askers...)
		Expect(s.begun()).To(BeEmpty(), "a task began while the only worker had another")
		guest.leave("")
		for _, asker := range askers {
			Expect(spec.Await(ctx, asker)).To(Equal(outcome{value: "pending"}))
		}
	})
})
