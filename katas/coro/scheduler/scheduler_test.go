package scheduler_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/coro/scheduler"
)

func TestScheduler(t *testing.T) { spec.Run(t) }

var _ = Describe("A scheduler", func() {
	// What happened, in its order. Nothing but the turns of the tasks orders what is
	// done with it.
	var journal []string
	note := func(format string, arguments ...any) { journal = append(journal, fmt.Sprintf(format, arguments...)) }

	var tasks *scheduler.Scheduler
	BeforeEach(func() {
		journal = nil
		tasks = scheduler.New()
	})

	It("gives its tasks turns, in the order in which they were spawned", spec.Worth(1), func() {
		Expect(tasks.Run()).To(Succeed(), "Run without tasks")
		for _, row := range []struct {
			name  string
			turns int
		}{{"a", 3}, {"b", 1}, {"c", 2}, {"a", 2}} {
			tasks.Spawn(row.name, func(t *scheduler.Task) {
				for turn := 1; turn <= row.turns; turn++ {
					if turn > 1 {
						t.Yield()
					}
					note("%s%d", row.name, turn)
				}
			})
		}
		Expect(journal).To(BeEmpty(), "what tasks did before Run")
		Expect(tasks.Run()).To(Succeed())
		Expect(journal).To(Equal([]string{"a1", "b1", "c1", "a1", "a2", "c2", "a2", "a3"}))
		Expect(tasks.Now()).To(BeZero(), "the clock, where nobody slept")
	})

	It("lets a task go on that spawns another", spec.Worth(1), func() {
		tasks.Spawn("a", func(t *scheduler.Task) {
			note("a spawns c")
			tasks.Spawn("c", func(t *scheduler.Task) {
				note("c spawns d")
				tasks.Spawn("d", func(*scheduler.Task) { note("d") })
				note("c goes on")
			})
			note("a goes on")
			t.Yield()
			note("a again")
		})
		tasks.Spawn("b", func(*scheduler.Task) { note("b") })
		Expect(tasks.Run()).To(Succeed())
		Expect(journal).To(Equal([]string{"a spawns c", "a goes on", "b", "c spawns d", "c goes on", "a again", "d"}))
	})

	It("runs one task at a time, and none beside its caller", spec.Worth(2), func(ctx SpecContext) {
		const count = 3
		var steps atomic.Int64
		gate := make(chan struct{})
		for range count {
			tasks.Spawn("stepper", func(t *scheduler.Task) {
				for range 2 {
					steps.Add(1)
					select {
					case <-gate:
					case <-ctx.Done():
					}
					t.Yield()
				}
			})
		}
		// Whoever runs ahead gets the time for it.
		spec.Quiet(ctx)
		Expect(steps.Load()).To(BeZero(), "steps of the tasks before Run")
		ran := spec.Go(tasks.Run)
		for step := range int64(2 * count) {
			// One is in the middle of something, and nobody goes on meanwhile.
			spec.Settled(ctx, ran)
			Expect(steps.Load()).To(Equal(step+1), "how often a task has begun a step, where one of them has ended %d", step)
			Eventually(ctx, gate).Should(BeSent(struct{}{}))
		}
		Eventually(ctx, ran).Should(Receive(BeNil()))
	})

	It("runs again, with its clock as it is", spec.Worth(1), func() {
		for round := 1; round <= 3; round++ {
			before := tasks.Now()
			first := tasks.Spawn("first", func(t *scheduler.Task) { t.Sleep(5) })
			tasks.Spawn("second", func(t *scheduler.Task) {
				note("%v", t.Join(first))
				note("%d", tasks.Now()-before)
			})
			Expect(tasks.Run()).To(Succeed())
			Expect(tasks.Now()).To(BeEquivalentTo(5*round), "the clock after run %d", round)
		}
		ended := tasks.Spawn("ended", func(*scheduler.Task) {})
		Expect(tasks.Run()).To(Succeed())
		tasks.Spawn("late", func(t *scheduler.Task) { note("%v", t.Join(ended)) })
		Expect(tasks.Run()).To(Succeed())
		Expect(journal).To(Equal([]string{"<nil>", "5", "<nil>", "5", "<nil>", "5", "<nil>"}))
	})

	It("knows nothing of another", spec.Worth(1), func(ctx SpecContext) {
		// Runs a scheduler, and in its tasks others, and returns what happened.
		var run func(depth int) []string
		run = func(depth int) (seen []string) {
			tasks := scheduler.New()
			for name := range 2 {
				tasks.Spawn(fmt.Sprint(name), func(t *scheduler.Task) {
					for turn := range 2 {
						seen = append(seen, fmt.Sprint(depth, ": ", name, " ", turn, " at ", tasks.Now()))
						if depth > 0 {
							seen = append(seen, run(depth-1)...)
						}
						t.Yield()
						t.Sleep(1)
					}
				})
			}
			tasks.Run()
			return seen
		}
		alone := run(0)
		Expect(alone).To(Equal([]string{"0: 0 0 at 0s", "0: 1 0 at 0s", "0: 0 1 at 1ns", "0: 1 1 at 1ns"}))
		together := spec.Gate(2)
		loop := func() []string {
			if together.Enter(ctx) != nil {
				return nil
			}
			return run(1)
		}
		for _, call := range []<-chan []string{spec.Go(loop), spec.Go(loop)} {
			seen := spec.Await(ctx, call)
			Expect(seen).To(HaveLen(20), "the steps of a scheduler whose tasks run schedulers")
			for i, step := range []string{"1: 0 0 at 0s", "1: 1 0 at 0s", "1: 0 1 at 1ns", "1: 1 1 at 1ns"} {
				Expect(seen[5*i]).To(Equal(step))
				Expect(seen[5*i+1:5*i+5]).To(Equal(alone), "the steps of a scheduler inside a task")
			}
		}
	})

	Describe("whose task panics", func() {
		It("lets the others go on, and then panics with the same value", spec.Worth(2), func() {
			var broken *scheduler.Task
			tasks.Spawn("joiner", func(t *scheduler.Task) {
				note("joined: %v", t.Join(broken))
				t.Sleep(10)
				note("slept")
				panic("this comes second")
			})
			broken = tasks.Spawn("broken", func(t *scheduler.Task) {
				defer note("deferred")
				t.Yield()
				panic(errMishap)
			})
			tasks.Spawn("other", func(t *scheduler.Task) {
				for turn := range 3 {
					note("turn %d", turn)
					t.Yield()
				}
			})
			Expect(func() { tasks.Run() }).To(PanicWith(BeIdenticalTo(errMishap)))
			Expect(journal).To(Equal([]string{"turn 0", "deferred", "turn 1", "joined: <nil>", "turn 2", "slept"}))
			Expect(tasks.Now()).To(BeEquivalentTo(10))

			// Who panicked has ended, and its panic is over.
			tasks.Spawn("late", func(t *scheduler.Task) { note("joined late: %v", t.Join(broken)) })
			Expect(tasks.Run()).To(Succeed(), "a run after the one with the panic")
			Expect(journal).To(HaveLen(7))
			Expect(journal[6]).To(Equal("joined late: <nil>"))
		})

		It("panics also where there was a deadlock", spec.Worth(1), func() {
			tasks.Spawn("narcissus", func(t *scheduler.Task) {
				t.Join(t)
				note("goes on")
				panic(errMishap)
			})
			Expect(func() { tasks.Run() }).To(PanicWith(BeIdenticalTo(errMishap)))
			Expect(journal).To(Equal([]string{"goes on"}))
		})
	})

	It("does what its rules say, whatever the tasks do", spec.Worth(2), func() {
		chance := spec.Rand()
		for range 60 {
			scripts := draw(chance)
			want, got := scripts.foretell(), scripts.perform()
			for i := range min(len(want), len(got)) {
				Expect(got[i]).To(Equal(want[i]), "step %d of these tasks:\n%vthe steps before it:\n%s", i+1, scripts, list(want[:i]))
			}
			Expect(list(got)).To(Equal(list(want)), "the steps of these tasks:\n%v", scripts)
		}
	})
})
