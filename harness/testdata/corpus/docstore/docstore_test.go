package docstore_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/docstore"
)

var _ = Describe("A store of documents", func() {
	It("loses no update", func(ctx SpecContext) {
		store := docstore.New()
		const clients, visits = 4, 20
		Expect(store.Put("page", docstore.Document{Fields: map[string]int{}})).To(Succeed())
		var busy []<-chan error
		for range clients {
			busy = append(busy, spec.Go(func() error {
				for range visits {
					if err := store.Update("page", func(fields map[string]int) { fields["visits"]++ }); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		for _, client := range busy {
			Eventually(ctx, client).Should(Receive(BeNil()))
		}
		page, err := store.Get("page")
		Expect(err).NotTo(HaveOccurred())
		Expect(page).To(Equal(docstore.Document{Revision: 1 + clients*visits, Fields: map[string]int{"visits": clients * visits}}))
	})

	It("knows what it does not have", func() {
		_, err := docstore.New().Get("nothing")
		Expect(err).To(MatchError(docstore.ErrMissing))
	})
})

func TestDocStore(t *testing.T) { spec.Run(t) }
