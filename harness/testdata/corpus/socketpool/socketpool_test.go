package socketpool_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/socketpool"
)

var _ = Describe("A pool of sockets", func() {
	It("serves more callers than it has sockets", func(ctx SpecContext) {
		pool := socketpool.New(2)
		const callers, requests = 6, 20
		var busy []<-chan error
		for range callers {
			busy = append(busy, spec.Go(func() error {
				for range requests {
					socket, err := pool.Get(ctx)
					if err != nil {
						return err
					}
					pool.Put(socket)
				}
				return nil
			}))
		}
		for _, caller := range busy {
			Eventually(ctx, caller).Should(Receive(BeNil()))
		}
		uses := 0
		for range pool.Open() {
			socket, err := pool.Get(ctx)
			Expect(err).NotTo(HaveOccurred())
			uses += socket.Uses
			defer pool.Put(socket)
		}
		Expect(uses).To(Equal(callers * requests))
	})

	It("refuses callers once it is closed", func(ctx SpecContext) {
		pool := socketpool.New(1)
		socket, err := pool.Get(ctx)
		Expect(err).NotTo(HaveOccurred())
		pool.Close()
		_, err = pool.Get(ctx)
		Expect(err).To(MatchError(socketpool.ErrClosed))
		pool.Put(socket)
		Expect(pool.Open()).To(BeZero())
	})
})

func TestSocketPool(t *testing.T) { spec.Run(t) }
