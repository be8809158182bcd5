package shardcache_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/shardcache"
)

var _ = Describe("A session cache", func() {
	It("expires old sessions while users log in", func(ctx SpecContext) {
		cache := shardcache.New(4)
		var logins []<-chan struct{}
		for u := range 3 {
			user := fmt.Sprint("user", u)
			logins = append(logins, spec.Returned(func() {
				for i := range 20 {
					cache.Put(fmt.Sprint(user, "-", i), shardcache.Entry{User: user, Expires: int64(i)})
				}
			}))
		}
		swept := spec.Go(func() (expired int) {
			for range 3 {
				expired += cache.Expire(9)
			}
			return expired
		})
		for _, login := range logins {
			Eventually(ctx, login).Should(BeClosed())
		}
		var expired int
		Eventually(ctx, swept).Should(Receive(&expired))
		Expect(cache.Len()).To(Equal(60 - expired))
		cache.Expire(9)
		Expect(cache.Len()).To(Equal(30))
		entry, known := cache.Get("user1-10")
		Expect(known).To(BeTrue())
		Expect(entry.User).To(Equal("user1"))
	})
})

func TestShardCache(t *testing.T) { spec.Run(t) }
