//go:build linux

package fdpassing_test

import (
	"fmt"
	"net"
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/fdpassing"
)

var _ = Describe("A stream of messages", func() {
	var (
		near, far *net.UnixConn
		file      *os.File
	)

	BeforeEach(func() {
		near, far = pair()
		file = fileOf("file")
	})

	// goesOn fails unless the next message is the next one that is sent.
	goesOn := func(ctx SpecContext) {
		GinkgoHelper()
		Expect(unread(far)).To(BeZero(), "the message that was refused hasn't been taken as a whole")
		send(ctx, near, "next", file)
		seen := receive(ctx, far, 1)
		Expect(seen.label).To(Equal("next"))
		same(seen.files[0], file)
		Expect(unread(far)).To(BeZero())
	}

	It("keeps its borders while several are in flight", spec.Worth(2), func(ctx SpecContext) {
		files := []*os.File{fileOf("a"), fileOf("b"), fileOf("c")}
		random := spec.Rand()
		var labels []string
		for i := range 24 {
			labels = append(labels, fmt.Sprint(i, strings.Repeat(".", random.IntN(300))))
			send(ctx, near, labels[i], files[:i%4]...)
		}
		for i, label := range labels {
			seen := receive(ctx, far, i%4)
			Expect(seen.label).To(Equal(label))
			for j := range i % 4 {
				same(seen.files[j], files[j])
			}
		}

		// The kernel may hand out what stands before descriptors together with them.
		put(near, frame(0, "one")+frame(0, "two")+frame(0, ""))
		put(near, frame(1, "three"), files[0])
		put(near, frame(0, "four")+frame(0, "five"))
		put(near, frame(2, "six")[:6], files[1], files[2])
		put(near, frame(2, "six")[6:]+frame(0, "seven"))
		put(near, frame(1, "eight"), files[2])
		for _, expected := range []struct {
			label string
			files []*os.File
		}{
			{"one", nil}, {"two", nil}, {"", nil}, {"three", files[:1]}, {"four", nil}, {"five", nil},
			{"six", files[1:]}, {"seven", nil}, {"eight", files[2:]},
		} {
			seen := receive(ctx, far, len(expected.files))
			Expect(seen.label).To(Equal(expected.label))
			for i, file := range expected.files {
				same(seen.files[i], file)
			}
		}
	})

	It("puts together a message that comes byte by byte", spec.Worth(1), func(ctx SpecContext) {
		whole := frame(2, "slow") + frame(0, "n")
		call := receiving(far, 2)
		put(near, whole[:1], file, file)
		for i := 1; i < 7; i++ {
			spec.Settled(ctx, call)
			put(near, whole[i:i+1])
		}
		seen := messageOf(ctx, call, 2)
		Expect(seen.label).To(Equal("slow"))
		same(seen.files[1], file)
		put(near, whole[7:])
		Expect(receive(ctx, far, 0).label).To(Equal("n"))
	})

	It("refuses more descriptors than the limit, and keeps none of them", spec.Worth(2), func(ctx SpecContext) {
		for _, c := range []struct{ limit, files int }{{1, 2}, {0, 1}, {3, 4}, {2, 100}, {199, 200}} {
			send(ctx, near, "too many", times(c.files, file)...)
			Expect(refusal(ctx, far, c.limit)).To(MatchError(fdpassing.ErrTooMany), "%d files where the limit is %d", c.files, c.limit)
			goesOn(ctx)
		}
		put(near, frame(200, "none of the 200 comes"))
		Expect(refusal(ctx, far, 2)).To(MatchError(fdpassing.ErrTooMany))
		goesOn(ctx)
	})

	It("refuses messages with other descriptors than announced, and goes on", spec.Worth(1), func(ctx SpecContext) {
		for _, c := range []struct{ announced, come, limit int }{
			{1, 0, 1}, {200, 0, 253}, {3, 1, 4}, {0, 1, 0}, {0, 2, 5}, {1, 2, 1}, {1, 60, 1}, {255, 100, 1000},
		} {
			put(near, frame(c.announced, "garbage"), times(c.come, file)...)
			Expect(refusal(ctx, far, c.limit)).To(MatchError(fdpassing.ErrMismatch), "%d came where %d were announced", c.come, c.announced)
			goesOn(ctx)
		}

		// Whether these are refused is left open, and that they don't stay is not.
		whole := frame(1, "stowaways")
		put(near, whole[:1], file)
		put(near, whole[1:4], file, file)
		put(near, whole[4:], file)
		resultOf(ctx, receiving(far, 1))
		goesOn(ctx)
	})
})
