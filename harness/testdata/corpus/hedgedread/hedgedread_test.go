package hedgedread_test

import (
	"context"
	"errors"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/hedgedread"
)

type disk map[int]string

func (d disk) Read(_ context.Context, block int) ([]byte, error) {
	data, ok := d[block]
	if !ok {
		return nil, errors.New("bad sector")
	}
	return []byte(data), nil
}

var _ = Describe("A client of replicas", func() {
	It("reads what any replica has", func(ctx SpecContext) {
		client := hedgedread.New(disk{1: "one", 2: "two"}, disk{2: "two"}, disk{1: "one", 3: "three"})
		for block, want := range []string{"", "one", "two", "three"} {
			if want == "" {
				continue
			}
			read := spec.Go(func() string {
				data, err := client.Read(ctx, block)
				if err != nil {
					return err.Error()
				}
				return string(data)
			})
			Eventually(ctx, read).Should(Receive(Equal(want)))
		}
		wins := client.Wins()
		Expect(wins[0] + wins[1] + wins[2]).To(Equal(3))
	})

	It("says why nobody could read", func(ctx SpecContext) {
		_, err := hedgedread.New(disk{}, disk{}).Read(ctx, 1)
		Expect(err).To(MatchError(ContainSubstring("replica 1: bad sector")))
	})
})

func TestHedgedRead(t *testing.T) { spec.Run(t) }
