package writebarrier_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/writebarrier"
)

var _ = Describe("A store with checkpoints", func() {
	It("takes checkpoints while others write", func(ctx SpecContext) {
		store := writebarrier.New()
		var writers, keepers []<-chan struct{}
		for w := range 3 {
			writers = append(writers, spec.Returned(func() {
				for i := range 10 {
					store.Write(fmt.Sprintf("key%d-%d", w, i), "value")
				}
				store.Delete(fmt.Sprintf("key%d-0", w))
			}))
		}
		for range 2 {
			keepers = append(keepers, spec.Returned(func() {
				for range 5 {
					store.Checkpoint()
				}
			}))
		}
		for _, call := range append(writers, keepers...) {
			Eventually(ctx, call).Should(BeClosed())
		}
		Expect(store.Checkpoint()).To(HaveLen(27))
		Expect(store.Journal()).To(Equal(33))
	})

	It("has a value in the checkpoint after its write", func(ctx SpecContext) {
		store := writebarrier.New()
		written := spec.Go(func() map[string]string {
			store.Write("motd", "hello")
			return store.Checkpoint()
		})
		Eventually(ctx, written).Should(Receive(Equal(map[string]string{"motd": "hello"})))
	})
})

func TestWriteBarrier(t *testing.T) { spec.Run(t) }
