package offsetlog_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/offsetlog"
)

var _ = Describe("A log of messages", func() {
	It("lets each reader go on once its offset is reached", func(ctx SpecContext) {
		const messages = 12
		log := offsetlog.New()
		var readers []<-chan string
		for offset := range messages {
			readers = append(readers, spec.Go(func() string {
				message, _ := log.Read(messages - 1 - offset)
				return message
			}))
		}
		writer := spec.Go(func() error {
			for i := range messages {
				if _, err := log.Append(fmt.Sprint("message ", i)); err != nil {
					return err
				}
			}
			return nil
		})
		Eventually(ctx, writer).Should(Receive(BeNil()))
		for offset, reader := range readers {
			Eventually(ctx, reader).Should(Receive(Equal(fmt.Sprint("message ", messages-1-offset))))
		}
	})

	It("sends readers away when it is sealed", func(ctx SpecContext) {
		log := offsetlog.New()
		_, err := log.Append("the only one")
		Expect(err).NotTo(HaveOccurred())
		reader := spec.Go(func() error { _, err := log.Read(1); return err })
		log.Seal()
		Eventually(ctx, reader).Should(Receive(MatchError(offsetlog.ErrSealed)))
		log.Trim(1)
		Expect(log.End()).To(Equal(1))
	})
})

func TestOffsetLog(t *testing.T) { spec.Run(t) }
