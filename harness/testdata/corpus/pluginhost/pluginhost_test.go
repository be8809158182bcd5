package pluginhost_test

import (
	"errors"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/pluginhost"
)

var _ = Describe("A host of plugins", func() {
	upper := func(pluginhost.Lookup) (*pluginhost.Plugin, error) {
		return &pluginhost.Plugin{Name: "upper", Calls: strings.ToUpper}, nil
	}
	shout := func(need pluginhost.Lookup) (*pluginhost.Plugin, error) {
		upper := need("upper")
		if upper == nil {
			return nil, errors.New("needs upper")
		}
		return &pluginhost.Plugin{Name: "shout", Calls: func(s string) string { return upper.Calls(s) + "!" }}, nil
	}

	It("gives plugins what they need", func(ctx SpecContext) {
		host := pluginhost.New()
		Expect(host.Register("upper", upper)).To(Succeed())
		Expect(host.Register("shout", shout)).To(Succeed())
		var users []<-chan string
		for range 3 {
			users = append(users, spec.Go(func() string { return host.Get("shout").Calls("hello") }))
		}
		for _, user := range users {
			Eventually(ctx, user).Should(Receive(Equal("HELLO!")))
		}
		Expect(host.Register("late", upper)).To(MatchError(pluginhost.ErrStarted))
	})

	It("builds plugins that need nothing", func(ctx SpecContext) {
		host := pluginhost.New()
		Expect(host.Register("upper", upper)).To(Succeed())
		user := spec.Go(func() string { return host.Get("upper").Calls("hello") })
		Eventually(ctx, user).Should(Receive(Equal("HELLO")))
		Expect(host.Get("shout")).To(BeNil())
		Expect(host.Err()).NotTo(HaveOccurred())
	})
})

func TestPluginHost(t *testing.T) { spec.Run(t) }
