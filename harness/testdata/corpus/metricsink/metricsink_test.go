package metricsink_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/metricsink"
)

var _ = Describe("A sink of metrics", func() {
	It("knows every sample that it took before it was closed", func(ctx SpecContext) {
		sink := metricsink.New()
		var recorders []<-chan int
		for range 3 {
			recorders = append(recorders, spec.Go(func() int {
				for taken := range 60 {
					if sink.Record(ctx, metricsink.Sample{Metric: "requests", Value: 2}) != nil {
						return taken
					}
				}
				return 60
			}))
		}
		Expect(sink.Record(ctx, metricsink.Sample{Metric: "starts", Value: 1})).To(Succeed())
		closed := spec.Returned(sink.Close)
		taken := 0
		for _, recorder := range recorders {
			var n int
			Eventually(ctx, recorder).Should(Receive(&n))
			taken += n
		}
		Eventually(ctx, closed).Should(BeClosed())
		summary := sink.Summary("requests")
		Expect(summary.Count).To(Equal(taken))
		Expect(summary.Sum).To(Equal(2 * taken))
	})

	It("sums up and then refuses", func(ctx SpecContext) {
		sink := metricsink.New()
		for _, value := range []int{3, 9, 4} {
			Expect(sink.Record(ctx, metricsink.Sample{Metric: "latency", Value: value})).To(Succeed())
		}
		sink.Close()
		sink.Close()
		Expect(sink.Record(ctx, metricsink.Sample{Metric: "latency", Value: 100})).To(MatchError(metricsink.ErrClosed))
		Expect(sink.Summary("latency")).To(Equal(metricsink.Summary{Count: 3, Sum: 16, Max: 9}))
	})
})

func TestMetricSink(t *testing.T) { spec.Run(t) }
