package configwatch_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/configwatch"
)

var _ = Describe("A live configuration", func() {
	It("tells a watch of each change", func(ctx SpecContext) {
		config := configwatch.New()
		var told []string
		cancel := config.Watch("level", func(old, now string) { told = append(told, old+">"+now) })
		set := spec.Returned(func() {
			config.Set("level", "info")
			config.Set("level", "info")
			config.Set("level", config.Get("next", "debug"))
			cancel()
			config.Set("level", "error")
		})
		Eventually(ctx, set).Should(BeClosed())
		Expect(told).To(Equal([]string{">info", "info>debug"}))
		Expect(config.Changes()).To(Equal(3))
	})

	It("lets components come and go while settings change", func(ctx SpecContext) {
		config := configwatch.New()
		var told atomic.Int64
		operator := spec.Returned(func() {
			for i := range 60 {
				config.Set("level", fmt.Sprint(i))
			}
		})
		component := spec.Returned(func() {
			for range 60 {
				config.Watch("level", func(old, now string) { told.Add(1) })()
			}
		})
		Eventually(ctx, operator).Should(BeClosed())
		Eventually(ctx, component).Should(BeClosed())
		Expect(config.Get("level", "")).To(Equal("59"))
		Expect(told.Load()).To(BeNumerically("<=", 60))
	})
})

func TestConfigWatch(t *testing.T) { spec.Run(t) }
