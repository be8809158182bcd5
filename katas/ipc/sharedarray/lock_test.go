//go:build linux

package sharedarray_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

var _ = Describe("The lock of a shared array", func() {
	It("has one holder among processes", spec.Worth(1), func(ctx SpecContext) {
		array := makeArray(1)
		one, two := start(array), start(array)
		lock(ctx, array)
		other := one.order("lock")
		spec.Settled(ctx, other)
		Expect(array.Unlock()).To(Succeed())
		Expect(answer(ctx, other)).To(Equal(done))

		// Two that got it from the same.
		other = two.order("lock")
		spec.Settled(ctx, other)
		Expect(one.obey(ctx, "unlock")).To(Equal(done))
		Expect(answer(ctx, other)).To(Equal(done))

		own := locking(array)
		spec.Settled(ctx, own)
		Expect(two.obey(ctx, "unlock")).To(Equal(done))
		succeed(ctx, own)
		Expect(array.Unlock()).To(Succeed())
	})

	It("has one holder among the goroutines of a process", spec.Worth(1), func(ctx SpecContext) {
		array := makeArray(1)
		lock(ctx, array)
		other := locking(array)
		spec.Settled(ctx, other)
		Expect(array.Unlock()).To(Succeed())
		succeed(ctx, other)
		Expect(array.Unlock()).To(Succeed())
		lock(ctx, array)
	})

	It("has one holder, however often it goes from goroutine to goroutine and to another process", spec.Worth(1), func(ctx SpecContext) {
		array := makeArray(1)
		other := start(array)
		one, two := regularly(array), regularly(array)
		other.order("lock")
		holders := func() int { return len(one.inside) + len(two.inside) + len(other.answers) }
		// Whoever has it gives it back and wants it again, while the others wait: so it
		// goes in all directions, to goroutines that have waited for long, too.
		for range 20 {
			Eventually(ctx, holders).ShouldNot(BeZero(), "nobody gets the lock")
			spec.Quiet(ctx)
			Expect(holders()).To(Equal(1), "so many hold the lock")
			select {
			case err := <-one.inside:
				Expect(err).NotTo(HaveOccurred())
				one.leave <- struct{}{}
			case err := <-two.inside:
				Expect(err).NotTo(HaveOccurred())
				two.leave <- struct{}{}
			case text := <-other.answers:
				Expect(text).To(Equal(done))
				other.order("unlock\nlock")
				Expect(answer(ctx, other.answers)).To(Equal(done))
			}
		}
	})

	It("is not that of another array", spec.Worth(1), func(ctx SpecContext) {
		one, two := makeArray(1), makeArray(1)
		lock(ctx, one)
		lock(ctx, two)
		Expect(one.Unlock()).To(Succeed())
		other := start(two).order("lock")
		spec.Settled(ctx, other)
		lock(ctx, one)
		Expect(two.Unlock()).To(Succeed())
		Expect(answer(ctx, other)).To(Equal(done))
	})

	It("is waited for by a process that has the lock of another array, for which others wait", spec.Worth(1), func(ctx SpecContext) {
		one, two := makeArray(1), makeArray(2)
		other := start(one, two)
		Expect(other.obey(ctx, "len", 1)).To(Equal("2"), "the length of the second array that it attached")
		lock(ctx, one)
		Expect(other.obey(ctx, "lock", 1)).To(Equal(done))
		// Each process waits for what the other has, but not with all of its goroutines.
		foreign := other.order("lock", 0)
		spec.Settled(ctx, foreign)
		own := locking(two)
		spec.Settled(ctx, own)
		Expect(one.Unlock()).To(Succeed())
		Expect(answer(ctx, foreign)).To(Equal(done))
		Expect(other.obey(ctx, "unlock", 1)).To(Equal(done))
		succeed(ctx, own)
	})

	It("is free again when its holder is killed", spec.Worth(1), func(ctx SpecContext) {
		array := makeArray(1)
		one, two := start(array), start(array)
		Expect(one.obey(ctx, "lock")).To(Equal(done))
		Expect(one.obey(ctx, "add", 0, 7)).To(Equal("7"))
		own := locking(array)
		spec.Settled(ctx, own)
		// What is killed stays a zombie: nobody waits for it.
		one.kill()
		succeed(ctx, own)

		waiting := two.order("lock")
		spec.Settled(ctx, waiting)
		Expect(array.Unlock()).To(Succeed())
		Expect(answer(ctx, waiting)).To(Equal(done))
		two.kill()
		Eventually(ctx, spec.State).WithArguments(two.command.Process.Pid).Should(Equal("Z"))
		lock(ctx, array)
		Expect(sum(ctx, array, 0, 0)).To(Equal(int64(7)))
	})

	It("is free again when its holder is killed, though others whom it gave the array live on", spec.Worth(1), func(ctx SpecContext) {
		array := makeArray(1)
		holder := start(array)
		Expect(holder.obey(ctx, "lock")).To(Equal(done))
		heir := holder.begin(ctx, "bequeath")
		own := locking(array)
		spec.Settled(ctx, own)
		holder.kill()
		succeed(ctx, own)
		Expect(spec.State(heir)).To(Equal("S"))
	})

	It("is free again when its holder is killed that has made the array, and handed it on", spec.Worth(1), func(ctx SpecContext) {
		holder := startMaker()
		Expect(holder.obey(ctx, "add", 0, 7)).To(Equal("7"))
		Expect(holder.obey(ctx, "lock")).To(Equal(done))
		// From here on it is the heir that answers.
		holder.begin(ctx, "appoint")
		Expect(holder.obey(ctx, "add", 0, 1)).To(Equal("8"))
		waiting := holder.order("lock")
		spec.Settled(ctx, waiting)
		holder.kill()
		Expect(answer(ctx, waiting)).To(Equal(done))
	})

	It("is waited for without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		array := makeArray(1)
		holder, other := start(array), start(array)
		Expect(holder.obey(ctx, "lock")).To(Equal(done))
		own, foreign := locking(array), other.order("lock")
		spec.Settled(ctx, own)
		spec.Settled(ctx, foreign)
		spec.Idle(ctx)
		// Whichever of them gets it, the other does when that one has gone.
		holder.kill()
		other.kill()
		succeed(ctx, own)
	})
})
