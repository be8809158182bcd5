package downloads_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/downloads"
)

var _ = Describe("A download manager", func() {
	It("waits for all downloads, cancelled or not", func(ctx SpecContext) {
		manager := downloads.New(func(ctx context.Context, name string) error { return ctx.Err() })
		var cancels []<-chan struct{}
		for i := range 12 {
			name := fmt.Sprint("package", i)
			manager.Start(name)
			if i%2 == 0 {
				cancels = append(cancels, spec.Returned(func() { manager.Cancel(name) }))
			}
		}
		for _, cancelled := range cancels {
			Eventually(ctx, cancelled).Should(BeClosed())
		}
		Eventually(ctx, spec.Returned(manager.Wait)).Should(BeClosed())
		for i := range 12 {
			state := manager.State(fmt.Sprint("package", i))
			if i%2 == 0 {
				Expect(state).To(BeElementOf(downloads.Done, downloads.Cancelled, downloads.Failed))
			} else {
				Expect(state).To(Equal(downloads.Done))
			}
		}
	})

	It("keeps the state of a download that failed", func(ctx SpecContext) {
		manager := downloads.New(func(context.Context, string) error { return errors.New("no route to host") })
		manager.Start("go")
		Eventually(ctx, spec.Returned(manager.Wait)).Should(BeClosed())
		manager.Cancel("go")
		Expect(manager.State("go")).To(Equal(downloads.Failed))
	})
})

func TestDownloads(t *testing.T) { spec.Run(t) }
