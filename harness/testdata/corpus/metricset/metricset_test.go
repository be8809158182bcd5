package metricset_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/metricset"
)

var _ = Describe("A set of counters", func() {
	It("counts every request of every handler", func(ctx SpecContext) {
		set := metricset.New("shop")
		var handlers []<-chan struct{}
		for range 4 {
			handlers = append(handlers, spec.Returned(func() {
				for range 25 {
					set.Counter("requests").Inc()
					set.Counter("pages", `path="/"`).Inc()
					set.Counter("pages", `path="/cart"`, `method="POST"`).Inc()
				}
			}))
		}
		page := spec.Go(set.Export)
		for _, handler := range handlers {
			Eventually(ctx, handler).Should(BeClosed())
		}
		Eventually(ctx, page).Should(Receive())
		Expect(set.Export()).To(Equal([]string{
			`shop_pages{path="/"} 100`,
			`shop_pages{path="/cart",method="POST"} 100`,
			`shop_requests 100`,
		}))
	})
})

func TestMetricSet(t *testing.T) { spec.Run(t) }
