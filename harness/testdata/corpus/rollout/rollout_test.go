package rollout_test

import (
	"errors"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/rollout"
)

var _ = Describe("A rollout", func() {
	wait := func(ctx SpecContext, r *rollout.Rollout) ([]string, error) {
		GinkgoHelper()
		var updated []string
		var err error
		waited := spec.Returned(func() { updated, err = r.Wait() })
		Eventually(ctx, waited).Should(BeClosed())
		return updated, err
	}

	It("updates all hosts in their order", func(ctx SpecContext) {
		r := rollout.Start([]string{"a", "b", "c"}, func(string) error { return nil })
		updated, err := wait(ctx, r)
		Expect(err).NotTo(HaveOccurred())
		Expect(updated).To(Equal([]string{"a", "b", "c"}))
	})

	It("begins no host after one that failed", func(ctx SpecContext) {
		full := errors.New("disk full")
		r := rollout.Start([]string{"a", "b", "c"}, func(host string) error {
			if host == "b" {
				return full
			}
			return nil
		})
		updated, err := wait(ctx, r)
		Expect(err).To(MatchError(full))
		Expect(updated).To(Equal([]string{"a"}))
	})
})

func TestRollout(t *testing.T) { spec.Run(t) }
