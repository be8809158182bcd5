package healthprobe_test

import (
	"context"
	"errors"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/healthprobe"
)

var _ = Describe("A prober", func() {
	up := func(context.Context) error { return nil }
	down := func(context.Context) error { return errors.New("connection refused") }

	It("names every backend that is down", func(ctx SpecContext) {
		prober := healthprobe.New(2,
			healthprobe.Backend{Name: "a", Check: down}, healthprobe.Backend{Name: "b", Check: up},
			healthprobe.Backend{Name: "c", Check: down}, healthprobe.Backend{Name: "d", Check: down},
			healthprobe.Backend{Name: "e", Check: up}, healthprobe.Backend{Name: "f", Check: down})
		for range 2 {
			round := spec.Go(func() []string { return prober.Round(ctx) })
			var failed []string
			Eventually(ctx, round).Should(Receive(&failed))
			Expect(failed).To(Equal([]string{"a", "c", "d", "f"}))
		}
		Expect(prober.InService()).To(Equal([]string{"b", "e"}))
	})

	It("forgives a backend that is up again", func(ctx SpecContext) {
		failures := 1
		prober := healthprobe.New(2, healthprobe.Backend{Name: "a", Check: func(context.Context) error {
			if failures--; failures >= 0 {
				return errors.New("timeout")
			}
			return nil
		}})
		for range 3 {
			prober.Round(ctx)
		}
		Expect(prober.InService()).To(Equal([]string{"a"}))
	})
})

func TestHealthProbe(t *testing.T) { spec.Run(t) }
