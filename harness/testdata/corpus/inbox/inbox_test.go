package inbox_test

import (
	"sync/atomic"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/inbox"
)

var _ = Describe("An inbox", func() {
	It("gives out all messages and then ends", func(ctx SpecContext) {
		const boxes, messages = 20, 6
		var readers []<-chan error
		for range boxes {
			box := inbox.New[int]()
			var read atomic.Int64
			for range 3 {
				readers = append(readers, spec.Go(func() error {
					for {
						if _, err := box.Next(); err != nil {
							return err
						}
						if read.Add(1) == messages {
							box.Close()
						}
					}
				}))
			}
			for i := range messages {
				Expect(box.Post(i, inbox.Normal)).To(Succeed())
			}
		}
		for _, reader := range readers {
			Eventually(ctx, reader).Should(Receive(MatchError(inbox.ErrClosed)))
		}
	})

	It("takes nothing once it is closed", func() {
		box := inbox.New[int]()
		box.Close()
		box.Close()
		Expect(box.Post(0, inbox.Normal)).To(MatchError(inbox.ErrClosed))
	})

	It("gives out urgent messages first", func() {
		box := inbox.New[string]()
		Expect(box.Post("mail", inbox.Normal)).To(Succeed())
		Expect(box.Post("fire", inbox.Urgent)).To(Succeed())
		Expect(box.Next()).To(Equal("fire"))
		Expect(box.Next()).To(Equal("mail"))
		Expect(box.Longest()).To(Equal(2))
	})
})

func TestInbox(t *testing.T) { spec.Run(t) }
