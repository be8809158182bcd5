package jobrunner_test

import (
	"errors"
	"sync/atomic"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/jobrunner"
)

var _ = Describe("A runner of jobs", func() {
	It("knows of each job whether it ran, also after it was stopped", func(ctx SpecContext) {
		runner := jobrunner.New(2, 4)
		var ran atomic.Int64
		submitted := spec.Go(func() []int {
			var ids []int
			for range 12 {
				id, err := runner.Submit(func() error { ran.Add(1); return nil })
				if err != nil {
					break
				}
				ids = append(ids, id)
			}
			return ids
		})
		stopped := spec.Returned(runner.Stop)
		var ids []int
		Eventually(ctx, submitted).Should(Receive(&ids))
		Eventually(ctx, stopped).Should(BeClosed())
		succeeded := 0
		for _, id := range ids {
			state := runner.State(id)
			Expect(state).NotTo(Equal(jobrunner.Queued))
			if state == jobrunner.Succeeded {
				succeeded++
			}
		}
		Expect(succeeded).To(BeEquivalentTo(ran.Load()))
		_, err := runner.Submit(func() error { return nil })
		Expect(err).To(MatchError(jobrunner.ErrStopped))
	})

	It("notes down what fails", func(ctx SpecContext) {
		runner := jobrunner.New(1, 1)
		id, err := runner.Submit(func() error { return errors.New("disk full") })
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, func() jobrunner.State { return runner.State(id) }).Should(Equal(jobrunner.Failed))
		Eventually(ctx, spec.Returned(runner.Stop)).Should(BeClosed())
	})
})

func TestJobRunner(t *testing.T) { spec.Run(t) }
