package pictureshrink_test

import (
	"bytes"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/pictureshrink"
)

var _ = Describe("A shrinker of pictures", func() {
	grey := func(size int, shade byte) pictureshrink.Picture {
		return pictureshrink.Picture{Size: size, Pixels: bytes.Repeat([]byte{shade}, size*size)}
	}

	It("returns the thumbnails in the order of the pictures", func(ctx SpecContext) {
		shrinker := pictureshrink.New(4, 3)
		var page, want []pictureshrink.Picture
		for shade := range byte(12) {
			page = append(page, grey(16, shade))
			want = append(want, grey(4, shade))
		}
		var got []pictureshrink.Picture
		shrunk := spec.Go(func() (err error) { got, err = shrinker.Page(page); return err })
		Eventually(ctx, shrunk).Should(Receive(BeNil()))
		Expect(got).To(Equal(want))
	})

	It("says which picture it can't shrink", func(ctx SpecContext) {
		shrinker := pictureshrink.New(4, 3)
		shrunk := spec.Go(func() error {
			_, err := shrinker.Page([]pictureshrink.Picture{grey(16, 1), {}, grey(16, 2)})
			return err
		})
		Eventually(ctx, shrunk).Should(Receive(MatchError(pictureshrink.ErrEmpty)))
	})
})

func TestPictureShrink(t *testing.T) { spec.Run(t) }
