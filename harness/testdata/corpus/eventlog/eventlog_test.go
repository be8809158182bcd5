package eventlog_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/eventlog"
)

var _ = Describe("An event log", func() {
	It("writes the line of each event whole", func(ctx SpecContext) {
		var output bytes.Buffer
		log := eventlog.New("shop", &output)
		var callers []<-chan error
		var want []string
		for c := range 4 {
			user := strings.Repeat(fmt.Sprint(c), 10+c)
			for range 25 {
				want = append(want, fmt.Sprintf(`shop login from="10.0.0.%d" user="%s"`, c, user))
			}
			callers = append(callers, spec.Go(func() error {
				for range 25 {
					fields := map[string]string{"user": user, "from": fmt.Sprintf("10.0.0.%d", c)}
					if err := log.Event("login", fields); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		for _, caller := range callers {
			Eventually(ctx, caller).Should(Receive(BeNil()))
		}
		Expect(log.Events()).To(Equal(100))
		got := strings.Split(strings.TrimSpace(output.String()), "\n")
		slices.Sort(got)
		Expect(got).To(Equal(want))
	})
})

func TestEventLog(t *testing.T) { spec.Run(t) }
