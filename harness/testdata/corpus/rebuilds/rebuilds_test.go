package rebuilds_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/rebuilds"
)

// compile is a step that computes something.
func compile(_ context.Context, target, revision string) error {
	source := []byte(target + revision)
	for range 10 {
		sum := sha256.Sum256(source)
		source = sum[:]
	}
	return nil
}

var _ = Describe("A runner of builds", func() {
	It("finishes the newest revision of a target", func(ctx SpecContext) {
		runner := rebuilds.New(compile, compile)
		older := runner.Trigger("lib", "r1")
		newest := runner.Trigger("lib", "r2")
		var err error
		Eventually(ctx, newest).Should(Receive(&err))
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, older).Should(Receive(&err))
		Expect(err == nil || errors.Is(err, context.Canceled)).To(BeTrue(), "%v", err)
		Eventually(ctx, spec.Returned(runner.Close)).Should(BeClosed())
	})

	It("tells which step failed", func(ctx SpecContext) {
		broken := errors.New("undefined: x")
		runner := rebuilds.New(compile, func(context.Context, string, string) error { return broken })
		Eventually(ctx, runner.Trigger("app", "r1")).Should(Receive(MatchError(broken)))
		Eventually(ctx, spec.Returned(runner.Close)).Should(BeClosed())
	})
})

func TestRebuilds(t *testing.T) { spec.Run(t) }
