package linkconn_test

import (
	"net"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/linkconn"
)

var _ = Describe("A link", func() {
	It("carries lines to the other end", func(ctx SpecContext) {
		left, right := net.Pipe()
		here, there := linkconn.New(left), linkconn.New(right)
		sent := spec.Go(func() error { return here.Send("hello") })
		Eventually(ctx, there.Received()).Should(Receive(Equal("hello")))
		Eventually(ctx, sent).Should(Receive(BeNil()))
		Eventually(ctx, spec.Returned(here.Close)).Should(BeClosed())
		Eventually(ctx, there.Done()).Should(BeClosed())
		Eventually(ctx, spec.Returned(there.Close)).Should(BeClosed())
		Expect(here.Send("late")).To(MatchError(linkconn.ErrClosed))
	})

	It("can be closed at both ends at once", func(ctx SpecContext) {
		for range 10 {
			left, right := net.Pipe()
			here, there := linkconn.New(left), linkconn.New(right)
			first, second := spec.Returned(here.Close), spec.Returned(there.Close)
			Eventually(ctx, first).Should(BeClosed())
			Eventually(ctx, second).Should(BeClosed())
		}
	})
})

func TestLinkConn(t *testing.T) { spec.Run(t) }
