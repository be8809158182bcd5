package flowcredit_test

import (
	"context"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/flowcredit"
)

var _ = Describe("A link with flow control", func() {
	It("carries every message of every sender", func(ctx SpecContext) {
		const senders, each = 8, 3
		link := flowcredit.New(4, 3)
		var sent []<-chan error
		for i := range senders {
			sent = append(sent, spec.Go(func() error {
				for body := 1; body <= each; body++ {
					if err := link.Send(ctx, flowcredit.Message{From: string(rune('a' + i)), Body: body}); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		received := spec.Go(func() map[string]int {
			sums := map[string]int{}
			for range senders * each {
				m, err := link.Receive(ctx)
				if err != nil {
					break
				}
				sums[m.From] += m.Body
			}
			return sums
		})
		for _, sender := range sent {
			Eventually(ctx, sender).Should(Receive(BeNil()))
		}
		var sums map[string]int
		Eventually(ctx, received).Should(Receive(&sums))
		Expect(sums).To(HaveLen(senders))
		Expect(sums).To(HaveEach(each * (each + 1) / 2))
		count, credits := link.Stats()
		Expect(count).To(Equal(senders * each))
		Expect(credits).To(Equal(4))
	})

	It("lets senders give up", func(ctx SpecContext) {
		link := flowcredit.New(2, 1)
		Expect(link.Send(ctx, flowcredit.Message{Body: 1})).To(Succeed())
		Expect(link.Send(ctx, flowcredit.Message{Body: 2})).To(Succeed())
		impatient, giveUp := context.WithCancel(ctx)
		late := spec.Go(func() error { return link.Send(impatient, flowcredit.Message{Body: 3}) })
		giveUp()
		Eventually(ctx, late).Should(Receive(MatchError(context.Canceled)))
	})
})

func TestFlowCredit(t *testing.T) { spec.Run(t) }
