// Package configwatch is the live configuration of a server: settings may change while it runs, and a component may watch one setting. Bug (panic): Set asks for the callback twice, and it may be gone the second time.
package configwatch

import "sync"

// Watch is called when a setting has changed.
type Watch func(old, now string)

// Config holds settings.
type Config struct {
	mu      sync.RWMutex
	values  map[string]string
	watches map[string]Watch
	changes int
}

// New returns a configuration without settings.
func New() *Config {
	return &Config{values: map[string]string{}, watches: map[string]Watch{}}
}

// Get returns a setting, or fallback if it is not set.
func (c *Config) Get(key, fallback string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if value, set := c.values[key]; set {
		return value
	}
	return fallback
}

// Set changes a setting and tells who watches it.
func (c *Config) Set(key, value string) {
	old, changed := c.change(key, value)
	if changed && c.watch(key) != nil {
		// Called without the lock: the watch may well call Get.
		c.watch(key)(old, value)
	}
}

// change changes a setting and reports what it was and whether it was another.
func (c *Config) change(key, value string) (old string, changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old, set := c.values[key]
	if set && old == value {
		return old, false
	}
	c.values[key] = value
	c.changes++
	return old, true
}

func (c *Config) watch(key string) Watch {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.watches[key]
}

// Watch has changes of a setting told until cancel is called. A setting has one
// watch at most, the last.
func (c *Config) Watch(key string, watch Watch) (cancel func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watches[key] = watch
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.watches, key)
	}
}

// Changes returns how many changes there were.
func (c *Config) Changes() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.changes
}
