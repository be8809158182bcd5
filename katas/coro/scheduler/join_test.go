package scheduler_test

import (
	"errors"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/coro/scheduler"
)

// errMishap is what a task panics with.
var errMishap = errors.New("this is the panic's own value")

var _ = Describe("A task", func() {
	var tasks *scheduler.Scheduler
	var journal []string
	var byName map[string]*scheduler.Task
	BeforeEach(func() {
		journal = nil
		tasks = scheduler.New()
		byName = map[string]*scheduler.Task{}
	})
	note := func(format string, arguments ...any) { journal = append(journal, fmt.Sprintf(format, arguments...)) }
	// joiner spawns a task that joins another, which needn't exist yet, and tells
	// what came of it.
	joiner := func(name, other string) {
		byName[name] = tasks.Spawn(name, func(t *scheduler.Task) {
			err := t.Join(byName[other])
			if errors.Is(err, scheduler.ErrDeadlock) {
				note("%s: deadlock at %v", name, tasks.Now())
			} else {
				note("%s: %v at %v", name, err, tasks.Now())
			}
		})
	}

	It("joins another, and goes on when that has ended", spec.Worth(2), func() {
		var worker *scheduler.Task
		for _, name := range []string{"first", "second"} {
			tasks.Spawn(name, func(t *scheduler.Task) {
				note("%s: %v", name, t.Join(worker))
			})
		}
		worker = tasks.Spawn("worker", func(t *scheduler.Task) {
			note("works")
			t.Yield()
			t.Sleep(3)
			tasks.Spawn("last", func(t *scheduler.Task) { note("last") })
			note("ends")
		})
		tasks.Spawn("third", func(t *scheduler.Task) {
			note("third: %v", t.Join(worker))
			// That worker has ended, so nobody comes in between.
			note("third again: %v", t.Join(worker))
		})
		tasks.Spawn("fourth", func(t *scheduler.Task) { note("fourth: %v", t.Join(worker)) })
		Expect(tasks.Run()).To(Succeed())
		Expect(journal).To(Equal([]string{"works", "ends", "last", "first: <nil>", "second: <nil>", "third: <nil>", "third again: <nil>", "fourth: <nil>"}))
	})

	It("is not taken for another of its name", spec.Worth(1), func() {
		twin := func(number int, nap time.Duration, other func() *scheduler.Task) *scheduler.Task {
			return tasks.Spawn("twin", func(t *scheduler.Task) {
				t.Sleep(nap)
				if other != nil {
					note("twin %d: %v at %v", number, t.Join(other()), tasks.Now())
				}
			})
		}
		// Each waits for the one that sleeps longer, and not for the other.
		long := twin(1, 4, nil)
		short := twin(2, 2, nil)
		twin(3, 1, func() *scheduler.Task { return long })
		twin(4, 1, func() *scheduler.Task { return short })
		Expect(tasks.Run()).To(Succeed())
		Expect(journal).To(Equal([]string{"twin 4: <nil> at 2ns", "twin 3: <nil> at 4ns"}))

		// A circle that begins in the middle: nobody joins the first.
		journal = nil
		var a, b *scheduler.Task
		tasks.Spawn("twin", func(t *scheduler.Task) { note("%v", t.Join(a)) })
		a = tasks.Spawn("twin", func(t *scheduler.Task) { note("a: %t", errors.Is(t.Join(b), scheduler.ErrDeadlock)) })
		b = tasks.Spawn("twin", func(t *scheduler.Task) { note("b: %t", errors.Is(t.Join(a), scheduler.ErrDeadlock)) })
		err := tasks.Run()
		Expect(err).To(MatchError(scheduler.ErrDeadlock))
		Expect(err.Error()).To(HaveSuffix(" twin -> twin -> twin"), "the text of Run's error")
		Expect(journal).To(Equal([]string{"a: true", "b: true", "<nil>"}))
	})

	It("is told of a circle of joins by name", spec.Worth(2), func() {
		// It begins with the one that was spawned first, whoever joined first and
		// whatever their names, and those who only wait for it are not part of it.
		joiner("outside", "a")
		joiner("b", "c")
		joiner("x", "outside")
		joiner("a", "b")
		joiner("c", "a")
		err := tasks.Run()
		Expect(err).To(MatchError(scheduler.ErrDeadlock))
		Expect(err.Error()).To(HaveSuffix(" b -> c -> a -> b"), "the text of Run's error")
		Expect(journal).To(Equal([]string{"b: deadlock at 0s", "c: deadlock at 0s", "a: deadlock at 0s", "outside: <nil> at 0s", "x: <nil> at 0s"}))

		var own error
		tasks.Spawn("narcissus", func(t *scheduler.Task) { own = t.Join(t) })
		for _, err := range []error{tasks.Run(), own} {
			Expect(err).To(MatchError(scheduler.ErrDeadlock))
			Expect(err.Error()).To(HaveSuffix(" narcissus -> narcissus"), "the text of the error of a task that joins itself")
		}
	})

	It("is not told while anything can go on", spec.Worth(1), func() {
		joiner("a", "b")
		joiner("b", "a")
		tasks.Spawn("busy", func(t *scheduler.Task) {
			for range 5 {
				t.Yield()
			}
			t.Sleep(7)
			note("busy at %v", tasks.Now())
		})
		Expect(tasks.Run()).To(MatchError(scheduler.ErrDeadlock))
		Expect(journal).To(Equal([]string{"busy at 7ns", "a: deadlock at 7ns", "b: deadlock at 7ns"}))
	})

	It("waits until other circles are broken and those in them have gone on", spec.Worth(1), func() {
		joiner("a", "d")
		joiner("b", "c")
		joiner("c", "b")
		joiner("d", "a")
		byName["e"] = tasks.Spawn("e", func(t *scheduler.Task) {
			note("e: %v", t.Join(byName["a"]))
			t.Sleep(4)
			note("e at %v", tasks.Now())
		})
		err := tasks.Run()
		Expect(err).To(MatchError(scheduler.ErrDeadlock))
		Expect(err.Error()).To(HaveSuffix(" a -> d -> a"), "the text of Run's error, of two deadlocks")
		Expect(journal).To(Equal([]string{"a: deadlock at 0s", "d: deadlock at 0s", "e: <nil>", "e at 4ns", "b: deadlock at 4ns", "c: deadlock at 4ns"}))
	})

	It("is free for anything else after a deadlock", spec.Worth(1), func() {
		var a, b *scheduler.Task
		a = tasks.Spawn("a", func(t *scheduler.Task) {
			note("a joins b: %t", errors.Is(t.Join(b), scheduler.ErrDeadlock))
			t.Sleep(5)
			// Nobody wakes it but the clock.
			note("a at %v", tasks.Now())
			t.Sleep(5)
			note("a at %v", tasks.Now())
		})
		b = tasks.Spawn("b", func(t *scheduler.Task) {
			note("b joins a: %t", errors.Is(t.Join(a), scheduler.ErrDeadlock))
			t.Sleep(2)
			note("b at %v", tasks.Now())
		})
		tasks.Spawn("c", func(t *scheduler.Task) {
			note("c joins a: %v", t.Join(a))
		})
		Expect(tasks.Run()).To(MatchError(scheduler.ErrDeadlock))
		Expect(journal).To(Equal([]string{"a joins b: true", "b joins a: true", "b at 2ns", "a at 5ns", "a at 10ns", "c joins a: <nil>"}))
	})
})
