package alertrelay_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/alertrelay"
)

var _ = Describe("A relay of alerts", func() {
	It("sends every alert, on whichever route", func(ctx SpecContext) {
		relay := alertrelay.New("on-call")
		const senders, each = 3, 15
		pager := spec.Go(func() int {
			pages := 0
			for range relay.Pages() {
				pages++
			}
			return pages
		})
		var sent []<-chan error
		for i := range senders {
			sent = append(sent, spec.Go(func() error {
				for j := range each {
					if route := relay.Alert(fmt.Sprintf("alert %d of %d", j, i)); route == "" {
						return fmt.Errorf("alert %d of %d was not sent", j, i)
					}
				}
				return nil
			}))
		}
		rerouted := spec.Returned(func() { relay.Reroute("backup") })
		for _, sender := range sent {
			Eventually(ctx, sender).Should(Receive(BeNil()))
		}
		Eventually(ctx, rerouted).Should(BeClosed())
		relay.Close()
		Eventually(ctx, pager).Should(Receive(Equal(senders * each)))
	})

	It("takes the route that it was given", func(ctx SpecContext) {
		relay := alertrelay.New("on-call")
		relay.Reroute("backup")
		sent := spec.Go(func() string { return relay.Alert("disk full") })
		Eventually(ctx, relay.Pages()).Should(Receive(Equal(alertrelay.Page{Route: "backup", Text: "disk full"})))
		Eventually(ctx, sent).Should(Receive(Equal("backup")))
		relay.Close()
		Expect(relay.Alert("too late")).To(BeEmpty())
	})
})

func TestAlertRelay(t *testing.T) { spec.Run(t) }
