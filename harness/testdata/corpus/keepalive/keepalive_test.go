package keepalive_test

import (
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/keepalive"
)

// conn is a connection that counts what is written after it was closed.
type conn struct {
	mu     sync.Mutex
	sent   strings.Builder
	closed bool
	late   int
}

func (c *conn) Write(data []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		c.late++
		return 0, io.ErrClosedPipe
	}
	return c.sent.Write(data)
}

func (c *conn) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
}

func (c *conn) lateWrites() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.late
}

var _ = Describe("A keep-alive", func() {
	It("sends nothing once it is stopped", func(ctx SpecContext) {
		var conns []*conn
		for range 8 {
			wire := &conn{}
			conns = append(conns, wire)
			session := spec.Go(func() error {
				alive := keepalive.Start(wire, 20*time.Microsecond)
				defer wire.close()
				defer alive.Stop()
				for range 10 {
					if err := alive.Send("data"); err != nil {
						return err
					}
				}
				return nil
			})
			Eventually(ctx, session).Should(Receive(BeNil()))
		}
		spec.Quiet(ctx)
		for _, wire := range conns {
			Expect(wire.lateWrites()).To(BeZero())
			Expect(strings.Count(wire.sent.String(), "data")).To(Equal(10))
		}
	})

	It("pings a silent connection", func(ctx SpecContext) {
		wire := &conn{}
		alive := keepalive.Start(wire, time.Millisecond)
		defer wire.close()
		defer alive.Stop()
		Eventually(ctx, alive.Pings).Should(BeNumerically(">", 1))
	})
})

func TestKeepalive(t *testing.T) { spec.Run(t) }
