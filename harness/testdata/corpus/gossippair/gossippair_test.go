package gossippair_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/gossippair"
)

var _ = Describe("A pair of nodes", func() {
	It("holds the same entries wherever they are written", func(ctx SpecContext) {
		a, b, stop := gossippair.Pair()
		writer := func(name string, node *gossippair.Node) <-chan error {
			return spec.Go(func() error {
				for i := range 12 {
					if !node.Set(fmt.Sprint("key-", i%5), fmt.Sprint(name, i)) {
						return fmt.Errorf("write %d to %s was not told", i, name)
					}
				}
				return nil
			})
		}
		first, second := writer("a", a), writer("b", b)
		Eventually(ctx, first).Should(Receive(BeNil()))
		Eventually(ctx, second).Should(Receive(BeNil()))
		stop()
		Expect(a.Entries()).To(HaveLen(5))
		Expect(a.Entries()).To(Equal(b.Entries()))
	})

	It("takes no writes once it is stopped", func(ctx SpecContext) {
		a, b, stop := gossippair.Pair()
		Expect(a.Set("key", "value")).To(BeTrue())
		stop()
		Expect(b.Entries()).To(HaveKeyWithValue("key", gossippair.Entry{Key: "key", Value: "value", Version: 1}))
		Expect(b.Set("key", "late")).To(BeFalse())
	})
})

func TestGossipPair(t *testing.T) { spec.Run(t) }
