package segmentscan_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/segmentscan"
)

var _ = Describe("A store of segments", func() {
	var store *segmentscan.Store

	BeforeEach(func() {
		store = segmentscan.New(5)
		for i := range 40 {
			store.Add(segmentscan.Record{Key: fmt.Sprintf("key-%02d", i), Value: fmt.Sprint("value ", i)})
		}
	})

	It("finds records for many readers", func(ctx SpecContext) {
		var searches []<-chan string
		for i := range 4 {
			searches = append(searches, spec.Go(func() string {
				record, _ := store.Find(fmt.Sprintf("key-%d", i))
				return record.Key
			}))
		}
		for i, search := range searches {
			Eventually(ctx, search).Should(Receive(Equal(fmt.Sprintf("key-%d0", i))))
		}
	})

	It("counts records while others are added", func(ctx SpecContext) {
		added := spec.Returned(func() {
			for range 10 {
				store.Add(segmentscan.Record{Key: "late"})
			}
		})
		counted := spec.Go(func() int { return store.Count("key-") })
		Eventually(ctx, counted).Should(Receive(Equal(40)))
		Eventually(ctx, added).Should(BeClosed())
		Expect(store.Count("")).To(Equal(50))
		_, found := store.Find("nothing")
		Expect(found).To(BeFalse())
	})
})

func TestSegmentScan(t *testing.T) { spec.Run(t) }
