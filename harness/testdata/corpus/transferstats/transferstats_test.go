package transferstats_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/transferstats"
)

var _ = Describe("A transfer meter", func() {
	It("adds up what the transfers move while the page is shown", func(ctx SpecContext) {
		meter := &transferstats.Meter{}
		var copies []<-chan error
		for range 4 {
			copies = append(copies, spec.Go(func() error {
				return meter.Copy(io.Discard, strings.NewReader(strings.Repeat("x", 8000)))
			}))
		}
		page := spec.Returned(func() {
			for range 10 {
				_ = meter.String()
			}
		})
		for _, copied := range copies {
			Eventually(ctx, copied).Should(Receive(BeNil()))
		}
		Eventually(ctx, page).Should(BeClosed())
		Expect(meter.Bytes()).To(BeEquivalentTo(32000))
		Expect(meter.String()).To(Equal("0 open, 32000 bytes, 0 failed"))
	})

	It("counts a transfer that fails", func(ctx SpecContext) {
		meter, broken := &transferstats.Meter{}, errors.New("connection reset")
		copied := spec.Go(func() error { return meter.Copy(io.Discard, iotest.ErrReader(broken)) })
		Eventually(ctx, copied).Should(Receive(MatchError(broken)))
		Expect(meter.String()).To(Equal("0 open, 0 bytes, 1 failed"))
	})
})

func TestTransferStats(t *testing.T) { spec.Run(t) }
