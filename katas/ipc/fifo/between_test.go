//go:build linux

package fifo_test

import (
	"context"
	"runtime"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

var _ = Describe("A reader between two calls", func() {
	It("takes nothing from the FIFO, and is done with the last call", spec.Worth(1), func(ctx SpecContext) {
		const calls = 24
		path := name()
		r := listen(ctx, path, 0o600)
		onlooker := openReader(path)
		writer := foreignWriter(path)
		write(writer, "early\n")
		spec.Quiet(ctx)
		Expect(onlooker.unread()).To(Equal(len("early\n")), "bytes that are in the FIFO when nobody has called Next")
		Expect(r.line(ctx)).To(Equal("early"))
		spec.Quiet(ctx)
		goroutines := runtime.NumGoroutine()

		lasting, end := context.WithCancel(ctx)
		defer end()
		for range calls {
			waiting := r.next(lasting)
			write(writer, "line\n")
			Expect(lineOf(ctx, waiting)).To(Equal("line"))
		}
		// A few more may be the runtime's or the spec's, but not one for each call.
		Eventually(ctx, runtime.NumGoroutine).Should(BeNumerically("<", goroutines+calls/2),
			"goroutines, when %d calls of Next have returned, and there were %d before", calls, goroutines)

		write(writer, "late\n")
		spec.Quiet(ctx)
		Expect(onlooker.unread()).To(Equal(len("late\n")), "bytes that are in the FIFO when nobody is in Next")
		Expect(r.line(ctx)).To(Equal("late"))
		waiting := r.next(ctx)
		spec.Settled(ctx, waiting)
		end()
		spec.Settled(ctx, waiting)
		write(writer, "another's context has ended\n")
		Expect(lineOf(ctx, waiting)).To(Equal("another's context has ended"))
	})
})
