package tailbuffer_test

import (
	"fmt"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/tailbuffer"
)

// consecutive returns an error unless each line's number follows the one before.
func consecutive(tail string) error {
	last := -1
	for _, line := range strings.Split(tail, "\n") {
		var number int
		if _, err := fmt.Sscanf(line, "line %d", &number); err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		if last >= 0 && number != last+1 {
			return fmt.Errorf("%d comes after %d", number, last)
		}
		last = number
	}
	return nil
}

var _ = Describe("A buffer of a log's tail", func() {
	It("shows consecutive lines while the job writes", func(ctx SpecContext) {
		buffer := tailbuffer.New(32)
		fmt.Fprintln(buffer, "line 0")
		job := spec.Returned(func() {
			for i := range 40 {
				fmt.Fprintf(buffer, "line %d", i+1)
				fmt.Fprintln(buffer)
			}
		})
		var pages []<-chan error
		for range 2 {
			pages = append(pages, spec.Go(func() error {
				for range 4 {
					if err := consecutive(buffer.Tail(8)); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		Eventually(ctx, job).Should(BeClosed())
		for _, page := range pages {
			var err error
			Eventually(ctx, page).Should(Receive(&err))
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(buffer.Tail(2)).To(Equal("line 39\nline 40"))
		Expect(buffer.Dropped()).To(Equal(9))
	})
})

func TestTailBuffer(t *testing.T) { spec.Run(t) }
