package lazydial_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/lazydial"
)

// conn is a connection that breaks after so many lookups.
type conn struct{ left atomic.Int64 }

func (c *conn) Lookup(name string) (string, error) {
	if c.left.Add(-1) < 0 {
		return "", lazydial.ErrBroken
	}
	return "key of " + name, nil
}

var _ = Describe("A client of a key server", func() {
	dialer := func(dials *atomic.Int64, lookups int64) func(string) (lazydial.Conn, error) {
		return func(string) (lazydial.Conn, error) {
			dials.Add(1)
			c := &conn{}
			c.left.Store(lookups)
			return c, nil
		}
	}

	It("connects once for all callers", func(ctx SpecContext) {
		var dials atomic.Int64
		client := lazydial.New("keys:11371", dialer(&dials, 1000))
		var callers []<-chan error
		for i := range 6 {
			name := fmt.Sprint("user", i)
			callers = append(callers, spec.Go(func() error {
				key, err := client.Lookup(name)
				if err == nil && key != "key of "+name {
					err = fmt.Errorf("%s got %q", name, key)
				}
				return err
			}))
		}
		for _, caller := range callers {
			Eventually(ctx, caller).Should(Receive(BeNil()))
		}
		Expect(dials.Load()).To(BeEquivalentTo(1))
	})

	It("connects again when the connection broke", func(ctx SpecContext) {
		var dials atomic.Int64
		client := lazydial.New("keys:11371", dialer(&dials, 1))
		for range 3 {
			caller := spec.Go(func() error { _, err := client.Lookup("me"); return err })
			Eventually(ctx, caller).Should(Receive(BeNil()))
		}
		Expect(dials.Load()).To(BeEquivalentTo(3))
	})
})

func TestLazyDial(t *testing.T) { spec.Run(t) }
