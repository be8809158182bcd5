package dispatcher_test

import (
	"context"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/dispatcher"
)

var _ = Describe("A dispatcher", func() {
	It("handles what is submitted until it is stopped", func(ctx SpecContext) {
		var handled []string
		d := dispatcher.New(func(_ context.Context, job string) { handled = append(handled, job) })
		running := spec.Returned(d.Run)
		for _, job := range []string{"one", "two", "three"} {
			submitted := spec.Go(func() error { return d.Submit(job) })
			Eventually(ctx, submitted).Should(Receive(BeNil()))
		}
		Eventually(ctx, spec.Returned(d.Stop)).Should(BeClosed())
		Eventually(ctx, running).Should(BeClosed())
		Expect(handled).To(Equal([]string{"one", "two", "three"}))
		Expect(d.Handled()).To(Equal(3))
		Expect(d.Submit("late")).To(MatchError(dispatcher.ErrStopped))
	})

	It("can be stopped as soon as it is started", func(ctx SpecContext) {
		d := dispatcher.New(func(context.Context, string) {})
		running := spec.Returned(d.Run)
		stopped := spec.Returned(d.Stop)
		Eventually(ctx, stopped).Should(BeClosed())
		Eventually(ctx, running).Should(BeClosed())
	})
})

func TestDispatcher(t *testing.T) { spec.Run(t) }
