// Package shardcache is the session cache of a login server, in shards with a lock each, so that its callers seldom meet. Bug (misuse): Expire and Len range over the shards by value, so they lock a copy of each shard's mutex and not the mutex.
package shardcache

import (
	"hash/fnv"
	"sync"
)

// Entry is what is kept of a session.
type Entry struct {
	User    string
	Expires int64
}

type shard struct {
	mu      sync.Mutex
	entries map[string]Entry
}

// Cache holds sessions.
type Cache struct {
	shards []shard
}

// New returns an empty cache of so many shards.
func New(shards int) *Cache {
	c := &Cache{shards: make([]shard, shards)}
	for i := range c.shards {
		c.shards[i].entries = map[string]Entry{}
	}
	return c
}

func (c *Cache) of(session string) *shard {
	sum := fnv.New32a()
	sum.Write([]byte(session))
	return &c.shards[sum.Sum32()%uint32(len(c.shards))]
}

// Put keeps a session.
func (c *Cache) Put(session string, entry Entry) {
	s := c.of(session)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries[session] = entry
}

// Get returns a session.
func (c *Cache) Get(session string) (Entry, bool) {
	s := c.of(session)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry, known := s.entries[session]
	return entry, known
}

// Expire forgets the sessions that are over at this time and returns how many
// they were.
func (c *Cache) Expire(now int64) (expired int) {
	for _, s := range c.shards {
		s.mu.Lock()
		for session, entry := range s.entries {
			if entry.Expires <= now {
				delete(s.entries, session)
				expired++
			}
		}
		s.mu.Unlock()
	}
	return expired
}

// Len returns how many sessions there are.
func (c *Cache) Len() (sessions int) {
	for _, s := range c.shards {
		s.mu.Lock()
		sessions += len(s.entries)
		s.mu.Unlock()
	}
	return sessions
}
