package ackfeed_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/ackfeed"
)

var _ = Describe("A broker and its consumers", func() {
	It("has every retained message acknowledged by every consumer", func(ctx SpecContext) {
		broker := ackfeed.NewBroker("one", "two", "three")
		var attaching []<-chan *ackfeed.Consumer
		for range 8 {
			attaching = append(attaching, spec.Go(func() *ackfeed.Consumer { return ackfeed.Attach(broker) }))
		}
		var consumers []*ackfeed.Consumer
		for _, attached := range attaching {
			var consumer *ackfeed.Consumer
			Eventually(ctx, attached).Should(Receive(&consumer))
			consumers = append(consumers, consumer)
		}
		var unacked, strays int
		closed := spec.Returned(func() { unacked, strays = broker.Close() })
		Eventually(ctx, closed).Should(BeClosed())
		Expect(unacked).To(BeZero())
		Expect(strays).To(BeZero())
		for _, consumer := range consumers {
			Expect(consumer.Seen()).To(Equal([]string{"one", "two", "three"}))
		}
	})
})

func TestAckFeed(t *testing.T) { spec.Run(t) }
