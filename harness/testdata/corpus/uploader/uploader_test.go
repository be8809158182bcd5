package uploader_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/uploader"
)

// shaky is a bucket that refuses the first attempt at each blob.
type shaky struct {
	mu    sync.Mutex
	tried map[string]bool
}

func (s *shaky) Put(_ context.Context, name string, _ []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tried[name] {
		return nil
	}
	s.tried[name] = true
	return uploader.ErrTemporary
}

var _ = Describe("An uploader", func() {
	It("tries again what fails", func(ctx SpecContext) {
		const blobs = 8
		up := uploader.New(&shaky{tried: map[string]bool{}}, 3, 2)
		var uploads []<-chan error
		for i := range blobs {
			uploads = append(uploads, spec.Go(func() error { return up.Upload(ctx, fmt.Sprint("blob ", i), nil) }))
		}
		for _, upload := range uploads {
			Eventually(ctx, upload).Should(Receive(BeNil()))
		}
		uploaded, failures := up.Counts()
		Expect(uploaded).To(Equal(blobs))
		Expect(failures).To(Equal(blobs))
	})

	It("gives up after its last attempt", func(ctx SpecContext) {
		up := uploader.New(&shaky{tried: map[string]bool{}}, 2, 1)
		upload := spec.Go(func() error { return up.Upload(ctx, "blob", nil) })
		Eventually(ctx, upload).Should(Receive(MatchError(uploader.ErrTemporary)))
	})
})

func TestUploader(t *testing.T) { spec.Run(t) }
