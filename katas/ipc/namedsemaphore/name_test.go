//go:build linux

package namedsemaphore_test

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/namedsemaphore"
)

var _ = Describe("A name", func() {
	It("stands for the same slots wherever it is opened, and for no others", spec.Worth(1), func(ctx SpecContext) {
		// Many slots for one name, so that their numbers have two digits, and few calls.
		slots := func(p place) int {
			if p.name == "a" {
				return 11
			}
			return 1
		}
		one, two := spec.Folder(), spec.Folder()
		places := []place{{two, "a"}}
		for _, name := range []string{"a", "A", "a1", "a11", "a.1", "a-1", "a_1", "a.lock", "1", "11", strings.Repeat("a", 64)} {
			places = append(places, place{one, name})
		}
		var all []subject
		for _, p := range places {
			s := p.open(ctx, slots(p))
			s.takes(ctx, slots(p))
			all = append(all, s)
		}
		var waiting []<-chan error
		for _, p := range places[1:4] {
			again := p.open(ctx, slots(p))
			Expect(again.Release()).To(MatchError(namedsemaphore.ErrNotHeld))
			waiting = append(waiting, again.acquire(ctx))
		}
		spec.Settled(ctx, waiting...)
		for i, call := range waiting {
			all[1+i].release(ctx, 1)
			succeeds(ctx, call, "Acquire")
			spec.Settled(ctx, waiting[i+1:]...)
		}
	})

	It("is free for a semaphore, whatever another one is made of", spec.Worth(1), func(ctx SpecContext) {
		p := nowhere()
		mine := p.open(ctx, 2)
		mine.takes(ctx, 2)
		waiting := mine.acquire(ctx)
		spec.Settled(ctx, waiting)
		// What lies in the folder now under a name that a semaphore can have is one that
		// somebody else may choose.
		for _, name := range entries(p.folder) {
			if name != p.name && legal(name) {
				other := place{p.folder, name}.open(ctx, 1)
				other.takes(ctx, 1)
			}
		}
		spec.Settled(ctx, waiting)
		mine.release(ctx, 1)
		succeeds(ctx, waiting, "Acquire")
	})

	It("stands for one semaphore, though several processes make it at once", spec.Worth(1), func(ctx SpecContext) {
		// Both make the same ones in the same order, so that whoever is behind catches up
		// with what the other one is making.
		const names, n = 60, 2
		folder := spec.Folder()
		line := maker.Command(folder, fmt.Sprint(names), fmt.Sprint(n))
		makers := []*process{launch(line, nil), launch(line, nil)}
		for _, p := range makers {
			Expect(p.line(ctx)).To(Equal("ready"))
		}
		for _, p := range makers {
			p.order("go")
		}
		for _, p := range makers {
			Expect(p.line(ctx)).To(Equal("took a slot of each"), "a process that opens what another one opens too")
		}
		var waiting []<-chan error
		for i := range names {
			waiting = append(waiting, place{folder, fmt.Sprint("s", i)}.open(ctx, n).acquire(ctx))
		}
		spec.Settled(ctx, waiting...)
		makers[0].kill(ctx)
		for _, call := range waiting {
			succeeds(ctx, call, "Acquire, where a holder was killed,")
		}
	})

	It("is refused with another number of slots, also when nobody uses it", spec.Worth(1), func(ctx SpecContext) {
		p := nowhere()
		for _, n := range []int{0, -1} {
			_, err := p.try(ctx, n)
			Expect(err).To(HaveOccurred(), "Open with %d slots", n)
		}
		Expect(entries(p.folder)).To(BeEmpty(), "Open failed and made something")

		mine := p.open(ctx, 2)
		mine.takes(ctx, 1)
		for _, n := range []int{1, 3, 20} {
			_, err := p.try(ctx, n)
			Expect(err).To(MatchError(namedsemaphore.ErrSize), "Open with %d slots, and there are 2", n)
		}
		his := p.join(ctx, 2)
		his.acquire()
		his.gets(ctx)
		his.acquire()
		waiting := mine.acquire(ctx)
		spec.Settled(ctx, waiting)
		Expect(his.said).To(BeEmpty(), "another process got in, and all slots were held")
		his.kill(ctx)
		succeeds(ctx, waiting, "Acquire")
		mine.close(ctx)
		_, err := p.try(ctx, 1)
		Expect(err).To(MatchError(namedsemaphore.ErrSize), "Open with 1 slot, and there are 2")
		p.open(ctx, 2).takes(ctx, 2)
	})

	It("is refused if it isn't one, and if there is no folder", spec.Worth(1), func(ctx SpecContext) {
		folder := spec.Folder()
		inner := filepath.Join(folder, "inner")
		Expect(syscall.Mkdir(inner, 0o700)).To(Succeed())
		for _, name := range []string{"", ".", "..", "../a", "a/b", "/a", ".a", "-a", "_", "a b", "a\n", "ä", "a\x00", strings.Repeat("a", 65)} {
			_, err := place{inner, name}.try(ctx, 1)
			Expect(err).To(MatchError(namedsemaphore.ErrName), "Open of %q", name)
		}
		Expect(entries(inner)).To(BeEmpty(), "Open failed and made something")
		missing := place{filepath.Join(folder, "missing"), "a"}
		_, err := missing.try(ctx, 1)
		Expect(err).To(MatchError(fs.ErrNotExist))
		Expect(entries(folder)).To(Equal([]string{"inner"}), "Open failed and made something")
	})

	It("is gone when it is removed, and all others are as they were", spec.Worth(1), func(ctx SpecContext) {
		p := nowhere()
		Expect(p.remove(ctx)).To(MatchError(fs.ErrNotExist))
		neighbours := []place{{p.folder, p.name + "1"}, {p.folder, p.name + ".1"}, {p.folder, "a" + p.name}}
		var others []subject
		for _, neighbour := range neighbours {
			other := neighbour.open(ctx, 2)
			other.takes(ctx, 1)
			others = append(others, other)
		}
		for _, n := range []int{2, 3} {
			mine := p.open(ctx, n)
			mine.takes(ctx, n)
			mine.close(ctx)
			Expect(p.remove(ctx)).To(Succeed())
			Expect(p.remove(ctx)).To(MatchError(fs.ErrNotExist))
		}
		for i, neighbour := range neighbours {
			_, err := neighbour.try(ctx, 3)
			Expect(err).To(MatchError(namedsemaphore.ErrSize), "%s has 2 slots, and another one was removed", neighbour.name)
			again := neighbour.open(ctx, 2)
			again.takes(ctx, 1)
			waiting := again.acquire(ctx)
			spec.Settled(ctx, waiting)
			others[i].release(ctx, 1)
			succeeds(ctx, waiting, "Acquire")
			again.close(ctx)
			others[i].close(ctx)
			Expect(neighbour.remove(ctx)).To(Succeed())
		}
		Expect(entries(p.folder)).To(BeEmpty(), "the last one was removed")
	})

	It("has back what Close gives back, and only what was held", spec.Worth(1), func(ctx SpecContext) {
		p := nowhere()
		mine, again, his := p.open(ctx, 3), p.open(ctx, 3), p.join(ctx, 3)
		his.acquire()
		his.gets(ctx)
		again.takes(ctx, 2)
		Expect(mine.Release()).To(MatchError(namedsemaphore.ErrNotHeld), "Release, where only others hold slots")
		waiting := mine.acquireAll(ctx, 3)
		spec.Settled(ctx, waiting)
		again.close(ctx)
		for range 2 {
			succeeds(ctx, waiting, "Acquire, where Close has given back a slot,")
		}
		spec.Settled(ctx, waiting)
		his.release(ctx)
		succeeds(ctx, waiting, "Acquire")
		mine.release(ctx, 3)
		Expect(mine.Release()).To(MatchError(namedsemaphore.ErrNotHeld))
	})
})
