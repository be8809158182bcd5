package pagecache_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/pagecache"
)

var _ = Describe("A page cache", func() {
	const pages = 24
	file := func() io.ReaderAt {
		var content bytes.Buffer
		for number := range pages {
			content.Write(bytes.Repeat([]byte{byte(number)}, pagecache.PageSize))
		}
		return bytes.NewReader(content.Bytes())
	}

	It("gives every scan the pages of the file", func(ctx SpecContext) {
		cache := pagecache.New(file(), 8)
		var scans []<-chan error
		for range 3 {
			scans = append(scans, spec.Go(func() error {
				for number := range pages {
					page, err := cache.Get(number)
					if err != nil {
						return err
					}
					if page.Data[0] != byte(number) {
						return fmt.Errorf("page %d holds %d", number, page.Data[0])
					}
				}
				return nil
			}))
		}
		for _, scan := range scans {
			Eventually(ctx, scan).Should(Receive(BeNil()))
		}
		hits, misses := cache.Stats()
		Expect(hits + misses).To(Equal(3 * pages))
	})

	It("says that there is no such page", func(ctx SpecContext) {
		cache := pagecache.New(file(), 8)
		for range 2 {
			get := spec.Go(func() error { _, err := cache.Get(pages); return err })
			Eventually(ctx, get).Should(Receive(MatchError(io.EOF)))
		}
	})
})

func TestPageCache(t *testing.T) { spec.Run(t) }
