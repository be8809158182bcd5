package quotaledger_test

import (
	"errors"
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/quotaledger"
)

var _ = Describe("A ledger of quotas", func() {
	It("grants no more than the quota, however many ask", func(ctx SpecContext) {
		ledger := quotaledger.New(100)
		for tenant := range 5 {
			name := fmt.Sprint("tenant", tenant)
			var uploads []<-chan error
			for range 6 {
				uploads = append(uploads, spec.Go(func() error { _, err := ledger.Reserve(name, 30); return err }))
			}
			granted := 0
			for _, upload := range uploads {
				var err error
				Eventually(ctx, upload).Should(Receive(&err))
				if err == nil {
					granted++
				} else {
					Expect(errors.Is(err, quotaledger.ErrQuota)).To(BeTrue(), "%v", err)
				}
			}
			Expect(granted).To(Equal(3))
			Expect(ledger.Free(name)).To(BeEquivalentTo(10))
		}
	})

	It("gets back what failed uploads reserved", func(ctx SpecContext) {
		ledger := quotaledger.New(100)
		upload := spec.Returned(func() {
			release, err := ledger.Reserve("ada", 100)
			if err == nil {
				release()
				release()
			}
		})
		Eventually(ctx, upload).Should(BeClosed())
		Expect(ledger.Free("ada")).To(BeEquivalentTo(100))
		Expect(ledger.Tenants()).To(BeZero())
	})
})

func TestQuotaLedger(t *testing.T) { spec.Run(t) }
