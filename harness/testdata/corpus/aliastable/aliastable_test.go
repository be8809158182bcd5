package aliastable_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/aliastable"
)

var _ = Describe("A table of names", func() {
	It("resolves names while others change", func(ctx SpecContext) {
		table := aliastable.New()
		table.SetAddress("db-1", "10.0.0.1")
		table.SetAlias("db", "db-1")
		table.SetAlias("orders", "db")

		var readers []<-chan error
		for range 3 {
			readers = append(readers, spec.Go(func() error {
				for range 100 {
					address, err := table.Resolve("orders")
					if err != nil {
						return err
					}
					if address != "10.0.0.1" {
						return fmt.Errorf("resolved to %s", address)
					}
				}
				return nil
			}))
		}
		deployed := spec.Returned(func() {
			for i := range 50 {
				table.SetAddress("web", fmt.Sprint("10.0.1.", i))
			}
		})
		for _, reader := range readers {
			Eventually(ctx, reader).Should(Receive(BeNil()))
		}
		Eventually(ctx, deployed).Should(BeClosed())
		Expect(table.Version()).To(Equal(53))
	})

	It("gives up on loops and on names that lead nowhere", func() {
		table := aliastable.New()
		table.SetAlias("a", "b")
		table.SetAlias("b", "a")
		_, err := table.Resolve("a")
		Expect(err).To(MatchError(aliastable.ErrLoop))
		Expect(table.Remove("b")).To(BeTrue())
		_, err = table.Resolve("a")
		Expect(err).To(MatchError(aliastable.ErrUnknown))
	})
})

func TestAliasTable(t *testing.T) { spec.Run(t) }
