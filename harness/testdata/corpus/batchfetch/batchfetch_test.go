package batchfetch_test

import (
	"context"
	"errors"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/batchfetch"
)

var errGone = errors.New("object is gone")

type bucket map[string]string

func (b bucket) Object(_ context.Context, key string) ([]byte, error) {
	data, ok := b[key]
	if !ok {
		return nil, errGone
	}
	return []byte(data), nil
}

var _ = Describe("A fetcher of manifests", func() {
	source := bucket{"a": "1", "b": "2", "c": "3", "d": "4"}
	fetch := func(ctx context.Context, keys ...string) <-chan error {
		return spec.Go(func() error {
			objects, err := batchfetch.New(source, 3, time.Minute).Fetch(ctx, keys)
			if err == nil && len(objects) != len(keys) {
				return errors.New("objects are missing")
			}
			return err
		})
	}

	It("gets all that a manifest lists", func(ctx SpecContext) {
		for range 5 {
			Eventually(ctx, fetch(ctx, "a", "b", "c", "d")).Should(Receive(BeNil()))
		}
	})

	It("gives up when an object is gone", func(ctx SpecContext) {
		Eventually(ctx, fetch(ctx, "a", "b", "lost")).Should(Receive(MatchError(errGone)))
	})
})

func TestBatchFetch(t *testing.T) { spec.Run(t) }
