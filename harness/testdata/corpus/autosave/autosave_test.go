package autosave_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/autosave"
)

var _ = Describe("A keeper of drafts", func() {
	It("has saved the latest text of every draft after a flush", func(ctx SpecContext) {
		saved := map[string]string{}
		keeper := autosave.New(11*time.Millisecond, func(drafts map[string]string) { maps.Copy(saved, drafts) })
		for round := range 4 {
			var authors []<-chan struct{}
			for author := range 3 {
				authors = append(authors, spec.Returned(func() {
					for i := range 10 {
						keeper.Change(fmt.Sprint("draft ", author), fmt.Sprint("text ", round, ".", i))
					}
				}))
			}
			for _, author := range authors {
				Eventually(ctx, author).Should(BeClosed())
			}
			flushed := spec.Go(keeper.Flush)
			Eventually(ctx, flushed).Should(Receive(BeNumerically(">", round)))
			Expect(saved).To(HaveLen(3))
			Expect(saved).To(HaveEach(fmt.Sprint("text ", round, ".9")))
		}
		keeper.Close()
	})

	It("saves what is left when it is closed", func(ctx SpecContext) {
		saved := map[string]string{}
		keeper := autosave.New(time.Minute, func(drafts map[string]string) { maps.Copy(saved, drafts) })
		keeper.Change("letter", "Dear all,")
		Eventually(ctx, spec.Returned(keeper.Close)).Should(BeClosed())
		Expect(saved).To(HaveKeyWithValue("letter", "Dear all,"))
	})
})

func TestAutosave(t *testing.T) { spec.Run(t) }
