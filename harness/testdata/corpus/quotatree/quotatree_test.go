package quotatree_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/quotatree"
)

var _ = Describe("A department's quota", func() {
	It("neither loses nor invents blocks", func(ctx SpecContext) {
		const teams, rounds = 3, 60
		department := quotatree.NewDepartment(1000)
		var busy []<-chan error
		for range teams {
			team := department.AddTeam(10, 20)
			busy = append(busy, spec.Go(func() error {
				for i := range rounds {
					blocks := 1 + i%4
					if err := team.Use(blocks); err != nil {
						return err
					}
					if i%3 > 0 {
						team.Free(blocks)
					}
				}
				return nil
			}))
		}
		housekeeping := spec.Returned(func() {
			for range rounds {
				department.Reclaim(15)
			}
		})
		for _, team := range busy {
			Eventually(ctx, team).Should(Receive(BeNil()))
		}
		Eventually(ctx, housekeeping).Should(BeClosed())
		Expect(department.Total()).To(Equal(1000 + teams*10))
	})

	It("says so when nothing is left", func() {
		department := quotatree.NewDepartment(1)
		team := department.AddTeam(1, 5)
		Expect(team.Use(2)).To(Succeed())
		Expect(team.Use(1)).To(MatchError(quotatree.ErrExhausted))
	})
})

func TestQuotaTree(t *testing.T) { spec.Run(t) }
