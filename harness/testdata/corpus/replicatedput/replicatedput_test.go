package replicatedput_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/replicatedput"
)

var _ = Describe("A replicated store", func() {
	journal := func(key, value string) error { return nil }

	It("writes to every replica", func(ctx SpecContext) {
		east, west := &replicatedput.Replica{Name: "east"}, &replicatedput.Replica{Name: "west"}
		store := replicatedput.Store{Journal: journal, Replicas: []*replicatedput.Replica{east, west}}
		put := spec.Go(func() error { return store.Put(ctx, "motd", "hello") })
		Eventually(ctx, put).Should(Receive(BeNil()))
		Expect(east.Get("motd")).To(Equal("hello"))
		Expect(west.Get("motd")).To(Equal("hello"))
	})

	It("tells of the replica that did not take the value", func(ctx SpecContext) {
		store := replicatedput.Store{Journal: journal, Replicas: []*replicatedput.Replica{
			{Name: "east"}, {Name: "south", ReadOnly: true}, {Name: "west"},
		}}
		put := spec.Go(func() error { return store.Put(ctx, "motd", "hello") })
		var err error
		Eventually(ctx, put).Should(Receive(&err))
		Expect(err).To(MatchError(replicatedput.ErrReadOnly))
	})
})

func TestReplicatedPut(t *testing.T) { spec.Run(t) }
