// Package profilecache is a cache of user profiles that hands out counted references. Bug (deadlock): when two callers load the same profile at once, the slower one drops its copy through a helper that takes the lock which Acquire already holds.
package profilecache

import "sync"

// Profile is what the cache holds.
type Profile struct {
	ID   string
	Name string
}

// Loader fetches a profile from the backing store.
type Loader func(id string) (*Profile, error)

type entry struct {
	profile *Profile
	refs    int
}

// Stats are counters of a cache.
type Stats struct {
	Loaded, Dropped int
}

// Cache holds profiles for as long as somebody has a reference to them, and up to
// capacity of those that nobody refers to.
type Cache struct {
	load     Loader
	capacity int

	mu      sync.Mutex
	entries map[string]*entry
	idle    []string // without references, the longest unused first
	stats   Stats
}

// New returns an empty cache.
func New(capacity int, load Loader) *Cache {
	return &Cache{load: load, capacity: capacity, entries: map[string]*entry{}}
}

// Acquire returns the profile and holds a reference to it until Release.
func (c *Cache) Acquire(id string) (*Profile, error) {
	c.mu.Lock()
	if e := c.entries[id]; e != nil {
		c.hold(id, e)
		c.mu.Unlock()
		return e.profile, nil
	}
	c.mu.Unlock()

	// Loading takes long: other profiles must not wait for it.
	loaded, err := c.load(id)
	if err != nil {
		return nil, err
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Loaded++
	if e := c.entries[id]; e != nil {
		c.drop()
		c.hold(id, e)
		return e.profile, nil
	}
	c.entries[id] = &entry{profile: loaded, refs: 1}
	return loaded, nil
}

// Release gives a reference back.
func (c *Cache) Release(id string) {
	c.mu.Lock()
	e := c.entries[id]
	e.refs--
	full := false
	if e.refs == 0 {
		c.idle = append(c.idle, id)
		if full = len(c.idle) > c.capacity; full {
			delete(c.entries, c.idle[0])
			c.idle = c.idle[1:]
		}
	}
	c.mu.Unlock()
	if full {
		c.drop()
	}
}

// Stats returns the counters.
func (c *Cache) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

// hold takes one more reference to an entry; the lock is held.
func (c *Cache) hold(id string, e *entry) {
	if e.refs == 0 {
		for i, other := range c.idle {
			if other == id {
				c.idle = append(c.idle[:i], c.idle[i+1:]...)
				break
			}
		}
	}
	e.refs++
}

// drop counts a profile that is thrown away.
func (c *Cache) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Dropped++
}
