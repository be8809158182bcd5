package checksums_test

import (
	"bytes"
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/checksums"
)

var _ = Describe("A builder of manifests", func() {
	It("finds the chunks in which files differ", func(ctx SpecContext) {
		builder := checksums.NewBuilder(4, 16)
		file := bytes.Repeat([]byte("0123456789abcdef"), 40)
		changed := slices.Clone(file)
		changed[16*7]++
		changed[16*31]++
		changed = append(changed, "the rest"...)
		first := spec.Go(func() checksums.Manifest { return builder.Build(file) })
		second := spec.Go(func() checksums.Manifest { return builder.Build(changed) })
		var a, b checksums.Manifest
		Eventually(ctx, first).Should(Receive(&a))
		Eventually(ctx, second).Should(Receive(&b))
		Expect(checksums.Differ(a, b)).To(Equal([]int{7, 31, 40}))
		Expect(b.Size).To(Equal(len(changed)))
	})

	It("has nothing to say of an empty file", func(ctx SpecContext) {
		built := spec.Go(func() checksums.Manifest { return checksums.NewBuilder(2, 16).Build(nil) })
		var manifest checksums.Manifest
		Eventually(ctx, built).Should(Receive(&manifest))
		Expect(manifest.Sums).To(BeEmpty())
	})
})

func TestChecksums(t *testing.T) { spec.Run(t) }
