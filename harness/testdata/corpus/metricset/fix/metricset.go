// Package metricset is the registry of a server's counters, which come into being when they are first asked for, and its export page. Fixed: Counter holds the write lock.
package metricset

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Counter only goes up.
type Counter struct{ n atomic.Int64 }

// Inc adds one.
func (c *Counter) Inc() { c.n.Add(1) }

// Set holds the counters of a server.
type Set struct {
	prefix string

	mu       sync.RWMutex
	counters map[string]*Counter
}

// New returns a set whose counters' names begin with prefix.
func New(prefix string) *Set {
	return &Set{prefix: prefix, counters: map[string]*Counter{}}
}

// key is the name of a counter with its labels, as the export page shows it.
func (s *Set) key(name string, labels []string) string {
	if len(labels) == 0 {
		return s.prefix + "_" + name
	}
	return s.prefix + "_" + name + "{" + strings.Join(labels, ",") + "}"
}

// Counter returns the counter of this name and these labels.
func (s *Set) Counter(name string, labels ...string) *Counter {
	key := s.key(name, labels)
	s.mu.Lock()
	defer s.mu.Unlock()
	counter, known := s.counters[key]
	if !known {
		counter = &Counter{}
		s.counters[key] = counter
	}
	return counter
}

// Export returns a line for each counter, sorted.
func (s *Set) Export() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var lines []string
	for key, counter := range s.counters {
		lines = append(lines, fmt.Sprintf("%s %d", key, counter.n.Load()))
	}
	slices.Sort(lines)
	return lines
}
