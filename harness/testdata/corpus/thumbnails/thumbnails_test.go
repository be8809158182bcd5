package thumbnails_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/thumbnails"
)

var _ = Describe("A pipeline of thumbnails", func() {
	type result struct {
		Stored int
		Err    error
	}
	run := func(pictures []thumbnails.Picture, store thumbnails.Store) <-chan result {
		return spec.Go(func() result {
			stored, err := thumbnails.Make(pictures, 100, store)
			return result{stored, err}
		})
	}

	It("scales what is too large", func(ctx SpecContext) {
		var kept []thumbnails.Picture
		made := run([]thumbnails.Picture{{Name: "beach", Width: 4000, Height: 3000}, {Name: "icon", Width: 16, Height: 16}, {Name: "tower", Width: 500, Height: 1000}},
			func(p thumbnails.Picture) error { kept = append(kept, p); return nil })
		Eventually(ctx, made).Should(Receive(Equal(result{Stored: 3})))
		Expect(kept).To(Equal([]thumbnails.Picture{{Name: "beach", Width: 100, Height: 75}, {Name: "icon", Width: 16, Height: 16}, {Name: "tower", Width: 50, Height: 100}}))
	})

	It("gives up at a broken picture", func(ctx SpecContext) {
		made := run([]thumbnails.Picture{{Name: "beach", Width: 4000, Height: 3000}, {Name: "empty"}, {Name: "tower", Width: 500, Height: 1000}},
			func(thumbnails.Picture) error { return nil })
		Eventually(ctx, made).Should(Receive(HaveField("Err", MatchError(thumbnails.ErrBroken))))
	})
})

func TestThumbnails(t *testing.T) { spec.Run(t) }
