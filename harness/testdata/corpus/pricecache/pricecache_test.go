package pricecache_test

import (
	"fmt"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/pricecache"
)

// catalogue is a catalogue in memory.
type catalogue struct {
	mu     sync.Mutex
	prices map[string]int
}

func (c *catalogue) Price(item string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.prices[item]
}

func (c *catalogue) SetPrice(item string, cents int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.prices[item] = cents
}

var _ = Describe("A cache of prices", func() {
	It("shows the catalogue's prices after changes and refreshes", func(ctx SpecContext) {
		shop := &catalogue{prices: map[string]int{}}
		cache := pricecache.New(shop)
		var items []string
		for i := range 20 {
			items = append(items, fmt.Sprint("item", i))
			shop.SetPrice(items[i], 100)
		}
		changed := spec.Returned(func() {
			for i, item := range items {
				cache.SetPrice(item, 200+i)
			}
		})
		refreshed := spec.Returned(func() {
			for _, item := range items {
				cache.Refresh(item)
			}
		})
		Eventually(ctx, changed).Should(BeClosed())
		Eventually(ctx, refreshed).Should(BeClosed())
		for i, item := range items {
			Expect(cache.Price(item)).To(Equal(200+i), item)
		}
	})

	It("asks the catalogue once for an item", func(ctx SpecContext) {
		cache := pricecache.New(&catalogue{prices: map[string]int{"tea": 350}})
		for range 3 {
			asked := spec.Go(func() int { return cache.Price("tea") })
			Eventually(ctx, asked).Should(Receive(Equal(350)))
		}
		Expect(cache.Reads()).To(Equal(1))
	})
})

func TestPriceCache(t *testing.T) { spec.Run(t) }
