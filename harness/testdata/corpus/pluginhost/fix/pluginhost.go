// Package pluginhost is a host of plugins that are built on first use, each with what it needs of the others. Fixed: factories look up among the plugins that are built by then.
package pluginhost

import (
	"errors"
	"fmt"
	"sync"
)

// Lookup returns a plugin by name, nil if there is none.
type Lookup func(name string) *Plugin

// Plugin is a built plugin.
type Plugin struct {
	Name  string
	Calls func(input string) string
}

// Factory builds a plugin; need finds those that were registered before it.
type Factory func(need Lookup) (*Plugin, error)

type registered struct {
	name    string
	factory Factory
}

// ErrStarted means that it is too late to register a plugin.
var ErrStarted = errors.New("plugins were built already")

// Host builds plugins in the order in which they were registered.
type Host struct {
	build sync.Once

	mu        sync.Mutex
	started   bool
	factories []registered
	plugins   map[string]*Plugin
	failed    error
}

// New returns a host without plugins.
func New() *Host { return &Host{plugins: map[string]*Plugin{}} }

// Register adds a plugin before the first use.
func (h *Host) Register(name string, factory Factory) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.started {
		return ErrStarted
	}
	h.factories = append(h.factories, registered{name, factory})
	return nil
}

// Get returns a plugin, nil if there is none. The first call builds them all.
func (h *Host) Get(name string) *Plugin {
	h.build.Do(h.buildAll)
	return h.built(name)
}

// Err returns why the plugins could not be built.
func (h *Host) Err() error {
	h.build.Do(h.buildAll)
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failed
}

func (h *Host) built(name string) *Plugin {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.plugins[name]
}

func (h *Host) buildAll() {
	h.mu.Lock()
	h.started = true
	factories := h.factories
	h.mu.Unlock()
	// Factories are foreign code: the lock is not held.
	for _, r := range factories {
		plugin, err := r.factory(h.built)
		h.mu.Lock()
		if err != nil {
			h.failed = fmt.Errorf("plugin %s: %w", r.name, err)
			h.mu.Unlock()
			return
		}
		h.plugins[r.name] = plugin
		h.mu.Unlock()
	}
}
