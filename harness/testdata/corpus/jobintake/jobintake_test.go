package jobintake_test

import (
	"errors"
	"sync/atomic"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/jobintake"
)

var _ = Describe("A pool behind a queue", func() {
	It("runs all that it took in, also when it is closed meanwhile", func(ctx SpecContext) {
		pool := jobintake.New(2, 4)
		var taken, ran atomic.Int64
		var clients []<-chan error
		for range 3 {
			clients = append(clients, spec.Go(func() error {
				for range 20 {
					if err := pool.Submit(func() { ran.Add(1) }); err != nil {
						return err
					}
					taken.Add(1)
				}
				return nil
			}))
		}
		closed := spec.Returned(pool.Close)
		for _, client := range clients {
			var err error
			Eventually(ctx, client).Should(Receive(&err))
			Expect(err == nil || errors.Is(err, jobintake.ErrClosed)).To(BeTrue(), "%v", err)
		}
		Eventually(ctx, closed).Should(BeClosed())
		Expect(ran.Load()).To(Equal(taken.Load()))
		Expect(pool.Ran()).To(BeEquivalentTo(taken.Load()))
	})

	It("takes nothing once it is closed", func(ctx SpecContext) {
		pool := jobintake.New(1, 1)
		Eventually(ctx, spec.Returned(pool.Close)).Should(BeClosed())
		late := spec.Go(func() error { return pool.Submit(func() {}) })
		Eventually(ctx, late).Should(Receive(MatchError(jobintake.ErrClosed)))
		Expect(pool.Ran()).To(BeZero())
	})
})

func TestJobIntake(t *testing.T) { spec.Run(t) }
