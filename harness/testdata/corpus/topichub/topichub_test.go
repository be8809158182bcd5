package topichub_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/topichub"
)

var _ = Describe("A hub of topics", func() {
	It("lets subscribers leave while others publish", func(ctx SpecContext) {
		hub := topichub.New()
		const updates = 40
		var waiting []<-chan topichub.Update
		for i := range 4 {
			subscription := hub.Subscribe("prices", 1)
			waiting = append(waiting, spec.Go(func() topichub.Update {
				defer subscription.Leave()
				var last topichub.Update
				for range 5 * (i + 1) {
					last = <-subscription.Updates()
				}
				return last
			}))
		}
		published := spec.Returned(func() {
			for range updates {
				hub.Publish("prices")
			}
		})
		for i, subscriber := range waiting {
			Eventually(ctx, subscriber).Should(Receive(Equal(topichub.Update{Topic: "prices", Version: 5 * (i + 1)})))
		}
		Eventually(ctx, published).Should(BeClosed())
		Expect(hub.Subscribers("prices")).To(BeZero())
		Expect(hub.Publish("prices")).To(Equal(updates + 1))
	})

	It("awaits a version", func(ctx SpecContext) {
		hub := topichub.New()
		reached := spec.Go(func() topichub.Update { return hub.Await("stock", 1) })
		Eventually(ctx, func() int { return hub.Subscribers("stock") }).Should(Equal(1))
		hub.Publish("stock")
		Eventually(ctx, reached).Should(Receive(HaveField("Version", 1)))
	})
})

func TestTopicHub(t *testing.T) { spec.Run(t) }
