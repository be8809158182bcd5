//go:build linux

package sharedarray_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/sharedarray"
)

var _ = Describe("A shared array", func() {
	It("has as many zeros as it was made with, and no more", spec.Worth(1), func(ctx SpecContext) {
		for _, n := range []int{1, 3, 512, 5000} {
			array := makeArray(n)
			Expect(array.Len()).To(Equal(n))
			for i := range n {
				if sum := array.Add(i, 0); sum != 0 {
					Fail("a number is not zero")
				}
			}
			Expect(array.Add(n-1, math.MinInt64)).To(Equal(int64(math.MinInt64)))
			Expect(array.Add(n-1, math.MaxInt64)).To(Equal(int64(-1)))
			for _, i := range []int{n, -1} {
				Expect(func() { array.Add(i, 0) }).To(Panic(), "Add to number %d of %d", i, n)
			}
		}
	})

	It("shows every process what the others add", spec.Worth(1), func(ctx SpecContext) {
		array := makeArray(700)
		Expect(array.Add(699, 5)).To(Equal(int64(5)))
		one := start(array)
		Expect(one.obey(ctx, "len")).To(Equal("700"))
		Expect(one.obey(ctx, "add", 699, 2)).To(Equal("7"), "what was added before the other process was started, and its own 2")
		Expect(array.Add(699, 0)).To(Equal(int64(7)), "what another process added")
		Expect(array.Add(0, -3)).To(Equal(int64(-3)))
		Expect(one.obey(ctx, "add", 0, 0)).To(Equal("-3"))

		two := start(array)
		Expect(two.obey(ctx, "add", 0, 10)).To(Equal("7"))
		Expect(one.obey(ctx, "add", 0, 0)).To(Equal("7"))
		Expect(one.obey(ctx, "add", 1, 0)).To(Equal("0"), "a number that nobody has added to")
	})

	It("loses no add of four processes", spec.Worth(2), func(ctx SpecContext) {
		array := makeArray(2)
		var all []*peer
		for range 4 {
			all = append(all, start(array))
		}
		for _, p := range all {
			Expect(p.obey(ctx, "len")).To(Equal("2"))
		}
		for _, p := range all {
			p.order("compete")
		}
		var made, sums int64
		for _, p := range all {
			var times, returned int64
			text := answer(ctx, p.answers)
			_, err := fmt.Sscan(text, &times, &returned)
			Expect(err).NotTo(HaveOccurred(), text)
			made += times
			sums += returned
		}
		Expect(array.Add(0, 0)).To(Equal(made), "so often was 1 added")
		// Each sum from 1 on was there once, and is the result of the Add that made it.
		Expect(sums).To(Equal(made*(made+1)/2), "all results of Add together: one gave a sum that was another's")
		Expect(array.Add(1, 0)).To(BeZero())
	})

	It("is added to whoever holds the lock", spec.Worth(1), func(ctx SpecContext) {
		array := makeArray(1)
		other := start(array)
		lock(ctx, array)
		Expect(sum(ctx, array, 0, 1)).To(Equal(int64(1)))
		Expect(other.obey(ctx, "add", 0, 1)).To(Equal("2"))
		Expect(array.Unlock()).To(Succeed())
		Expect(other.obey(ctx, "lock")).To(Equal(done))
		Expect(other.obey(ctx, "add", 0, 1)).To(Equal("3"))
		Expect(sum(ctx, array, 0, 1)).To(Equal(int64(4)))
	})

	It("is not made of what can't be one", spec.Worth(1), func(ctx SpecContext) {
		// The last but one times 8 is 8 more than fits, and so 8.
		for _, n := range []int{0, -1, math.MaxInt/4 + 2, math.MaxInt} {
			array, err := sharedarray.New(n)
			if err == nil {
				array.Close()
			}
			Expect(err).To(HaveOccurred(), "an array of length %d", n)
		}

		folder := spec.Folder()
		empty, err := os.Create(filepath.Join(folder, "empty"))
		Expect(err).NotTo(HaveOccurred())
		short, err := os.Create(filepath.Join(folder, "short"))
		Expect(err).NotTo(HaveOccurred())
		_, err = short.WriteString("short")
		Expect(err).NotTo(HaveOccurred())
		read, write, err := os.Pipe()
		Expect(err).NotTo(HaveOccurred())
		for _, file := range []*os.File{empty, short, read, write} {
			array, err := sharedarray.Attach(file)
			if err == nil {
				array.Close()
			}
			Expect(err).To(HaveOccurred(), "an array in %s", file.Name())
			Expect(file.Close()).To(Succeed(), "the file is the caller's still")
		}
	})

	It("is closed for one process, and goes on for the others", spec.Worth(1), func(ctx SpecContext) {
		array := makeArray(1000)
		one, two, third := start(array), start(array), start(array)
		Expect(one.obey(ctx, "add", 999, 1)).To(Equal("1"))
		Expect(one.obey(ctx, "lock")).To(Equal(done))
		own := locking(array)
		spec.Settled(ctx, own)
		// This one doesn't hold the lock, and gives none back.
		Expect(third.obey(ctx, "close")).To(Equal(done))
		spec.Settled(ctx, own)
		Expect(one.obey(ctx, "close")).To(Equal(done))
		Expect(one.obey(ctx, "close")).To(Equal(done), "the answer to Close again")
		succeed(ctx, own)
		Expect(array.Add(999, 1)).To(Equal(int64(2)))

		waiting := two.order("lock")
		spec.Settled(ctx, waiting)
		Expect(array.Close()).To(Succeed())
		Expect(array.Close()).To(Succeed(), "Close again")
		Expect(answer(ctx, waiting)).To(Equal(done))
		Expect(two.obey(ctx, "add", 999, 1)).To(Equal("3"))
	})

	It("has no name, and goes to no program that is merely started", spec.Worth(1), func(ctx SpecContext) {
		array := makeArray(1)
		file, err := array.File().Stat()
		Expect(err).NotTo(HaveOccurred())
		if file.Mode().IsRegular() {
			Expect(file.Sys().(*syscall.Stat_t).Nlink).To(BeZero(), "so many folders have it, where others can open it")
		}
		Expect(held(os.Getpid(), file)).NotTo(BeEmpty())
		Expect(held(stranger(), file)).To(BeEmpty(), "a program that was started has the array too")

		// What the lock is taken on has no name either.
		other := start(array)
		Expect(other.obey(ctx, "lock")).To(Equal(done))
		Expect(named(other.command.Process.Pid)).To(BeEmpty(), "files in folders that the holder of the lock has open")
	})

	It("goes to no program that is started by a process which got it", spec.Worth(1), func(ctx SpecContext) {
		array := makeArray(1)
		file, err := array.File().Stat()
		Expect(err).NotTo(HaveOccurred())
		other := start(array)
		Expect(held(other.begin(ctx, "bequeath"), file)).NotTo(BeEmpty(), "this one was given it on purpose")
		Expect(held(other.begin(ctx, "start"), file)).To(BeEmpty(), "a program that was started has the array too")
	})
})
