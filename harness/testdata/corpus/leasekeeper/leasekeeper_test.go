package leasekeeper_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/leasekeeper"
)

var _ = Describe("A lease", func() {
	It("is held by one at a time", func(ctx SpecContext) {
		registry := leasekeeper.NewRegistry()
		const candidates = 5
		var elections []<-chan bool
		for range candidates {
			elections = append(elections, spec.Go(func() bool {
				lease, err := registry.Acquire("leader", time.Millisecond)
				if err != nil {
					return false
				}
				lease.Release()
				<-lease.Done()
				return true
			}))
		}
		won := 0
		for _, election := range elections {
			var ok bool
			Eventually(ctx, election).Should(Receive(&ok))
			if ok {
				won++
			}
		}
		Expect(won).To(BeNumerically(">=", 1))
		Expect(registry.Held("leader")).To(BeFalse())
	})

	It("is refused while another holds it", func() {
		registry := leasekeeper.NewRegistry()
		lease, err := registry.Acquire("leader", time.Minute)
		Expect(err).NotTo(HaveOccurred())
		defer lease.Release()
		_, err = registry.Acquire("leader", time.Minute)
		Expect(err).To(MatchError(leasekeeper.ErrTaken))
	})
})

func TestLeaseKeeper(t *testing.T) { spec.Run(t) }
