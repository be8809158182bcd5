// Package pricecache is a shop's cache of prices over a catalogue: changes are written through, and a refresher reads entries again now and then. Fixed: a refresh keeps what it read only if the price was not changed meanwhile.
package pricecache

import "sync"

// Catalogue is where prices are kept.
type Catalogue interface {
	Price(item string) int
	SetPrice(item string, cents int)
}

// Cache holds prices of a catalogue.
type Cache struct {
	catalogue Catalogue
	changing  sync.Mutex

	mu      sync.Mutex
	prices  map[string]int
	changes map[string]int
	reads   int
}

// New returns an empty cache.
func New(catalogue Catalogue) *Cache {
	return &Cache{catalogue: catalogue, prices: map[string]int{}, changes: map[string]int{}}
}

// Price returns an item's price.
func (c *Cache) Price(item string) int {
	c.mu.Lock()
	cents, cached := c.prices[item]
	c.mu.Unlock()
	if cached {
		return cents
	}
	c.Refresh(item)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.prices[item]
}

// SetPrice changes an item's price, in the catalogue and here.
func (c *Cache) SetPrice(item string, cents int) {
	c.changing.Lock()
	defer c.changing.Unlock()
	c.catalogue.SetPrice(item, cents)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes[item]++
	c.prices[item] = cents
}

// Refresh reads an item's price from the catalogue again.
func (c *Cache) Refresh(item string) {
	c.mu.Lock()
	changes := c.changes[item]
	c.mu.Unlock()
	// The catalogue is slow: other items don't wait for it.
	cents := c.catalogue.Price(item)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads++
	if c.changes[item] == changes {
		c.prices[item] = cents
	}
}

// Reads returns how often the catalogue was asked.
func (c *Cache) Reads() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reads
}
