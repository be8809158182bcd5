package scheduler_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/coro/scheduler"
)

var _ = Describe("A scheduler's clock", func() {
	var tasks *scheduler.Scheduler
	var journal []string
	BeforeEach(func() {
		journal = nil
		tasks = scheduler.New()
	})
	// sleeper sleeps again and again, and tells when it wakes up.
	sleeper := func(name string, naps ...time.Duration) {
		tasks.Spawn(name, func(t *scheduler.Task) {
			for _, nap := range naps {
				t.Sleep(nap)
				journal = append(journal, fmt.Sprint(name, " at ", tasks.Now()))
			}
		})
	}

	It("jumps to the moment that a task waits for", spec.Worth(2), func() {
		sleeper("z", 0, 3)
		Expect(tasks.Run()).To(Succeed())
		Expect(journal).To(Equal([]string{"z at 0s", "z at 3ns"}))

		journal, tasks = nil, scheduler.New()
		const day = 24 * time.Hour
		sleeper("a", 3*time.Millisecond, 4*time.Millisecond)
		sleeper("b", time.Millisecond)
		sleeper("c", 1000*day, 1)
		sleeper("d", 7*time.Millisecond)
		Expect(tasks.Run()).To(Succeed())
		Expect(journal).To(Equal([]string{"b at 1ms", "a at 3ms", "d at 7ms", "a at 7ms", "c at 24000h0m0s", "c at 24000h0m0.000000001s"}))
		Expect(tasks.Now()).To(Equal(1000*day+1), "the clock after Run")
	})

	It("wakes those who wait for the same moment in the order in which they fell asleep", spec.Worth(1), func() {
		var want []string
		for i := range 40 {
			name := fmt.Sprint("sleeper ", i)
			sleeper(name, 5)
			want = append(want, name+" at 5ns")
		}
		tasks.Spawn("later", func(t *scheduler.Task) {
			t.Sleep(2)
			t.Sleep(3)
			journal = append(journal, "later")
		})
		Expect(tasks.Run()).To(Succeed())
		Expect(journal).To(Equal(append(want, "later")))
	})

	It("stands still while any task is ready", spec.Worth(1), func() {
		sleeper("sleeper", 1)
		tasks.Spawn("busy", func(t *scheduler.Task) {
			for range 100 {
				t.Yield()
			}
			journal = append(journal, fmt.Sprint("busy at ", tasks.Now()))
			t.Sleep(2)
			journal = append(journal, fmt.Sprint("busy at ", tasks.Now()))
		})
		Expect(tasks.Run()).To(Succeed())
		Expect(journal).To(Equal([]string{"busy at 0s", "sleeper at 1ns", "busy at 2ns"}))
	})

	It("does not move for a sleep of nothing", spec.Worth(1), func() {
		sleeper("a", 0, -time.Hour, 0)
		sleeper("b", 0, 0, 3)
		tasks.Spawn("busy", func(t *scheduler.Task) {
			for range 2 {
				t.Yield()
				journal = append(journal, "busy")
			}
		})
		Expect(tasks.Run()).To(Succeed())
		Expect(journal).To(Equal([]string{"a at 0s", "b at 0s", "busy", "a at 0s", "b at 0s", "busy", "a at 0s", "b at 3ns"}))
	})
})
