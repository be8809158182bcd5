package inflight_test

import (
	"errors"
	"sync/atomic"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/inflight"
)

var _ = Describe("An admission control", func() {
	It("never lets more run than the limit", func(ctx SpecContext) {
		limiter := inflight.New(2)
		var inside, tooMany, handled, refused atomic.Int64
		handle := func() error {
			if inside.Add(1) > 2 {
				tooMany.Add(1)
			}
			handled.Add(1)
			inside.Add(-1)
			return nil
		}
		var clients []<-chan struct{}
		for range 4 {
			clients = append(clients, spec.Returned(func() {
				for range 50 {
					if errors.Is(limiter.Do(handle), inflight.ErrBusy) {
						refused.Add(1)
					}
				}
			}))
		}
		for _, client := range clients {
			Eventually(ctx, client).Should(BeClosed())
		}
		Expect(tooMany.Load()).To(BeZero())
		Expect(limiter.Running()).To(BeZero())
		Expect(handled.Load() + refused.Load()).To(BeEquivalentTo(200))
	})

	It("has room again after a request that failed", func(ctx SpecContext) {
		limiter, broken := inflight.New(1), errors.New("broken")
		for range 3 {
			client := spec.Go(func() error { return limiter.Do(func() error { return broken }) })
			Eventually(ctx, client).Should(Receive(MatchError(broken)))
		}
		Expect(limiter.String()).To(Equal("0 of 1 running, 3 admitted, 0 refused"))
	})
})

func TestInFlight(t *testing.T) { spec.Run(t) }
