package profilecache_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/profilecache"
)

var _ = Describe("A cache of profiles", func() {
	It("hands out the profile that was asked for, whoever else asks", func(ctx SpecContext) {
		cache := profilecache.New(4, func(id string) (*profilecache.Profile, error) {
			return &profilecache.Profile{ID: id, Name: "name of " + id}, nil
		})
		var readers []<-chan error
		for range 4 {
			readers = append(readers, spec.Go(func() error {
				for i := range 25 {
					id := fmt.Sprint("user-", i)
					profile, err := cache.Acquire(id)
					if err != nil {
						return err
					}
					if profile.ID != id {
						return fmt.Errorf("asked for %s, got %s", id, profile.ID)
					}
					cache.Release(id)
				}
				return nil
			}))
		}
		for _, reader := range readers {
			Eventually(ctx, reader).Should(Receive(BeNil()))
		}
		stats := cache.Stats()
		Expect(stats.Loaded-stats.Dropped).To(Equal(4), "profiles still in the cache")
	})

	It("tells of profiles that can't be loaded", func() {
		cache := profilecache.New(1, func(id string) (*profilecache.Profile, error) {
			return nil, fmt.Errorf("no such user: %s", id)
		})
		_, err := cache.Acquire("nobody")
		Expect(err).To(MatchError("no such user: nobody"))
	})
})

func TestProfileCache(t *testing.T) { spec.Run(t) }
