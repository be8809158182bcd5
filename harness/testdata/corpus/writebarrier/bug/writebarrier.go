// Package writebarrier is the front of a store that writes side by side and takes checkpoints, which wait for the writes that have begun. Bug (misuse): the writes count in a WaitGroup that a checkpoint waits for, so the next Add comes while a Wait at zero is under way.
package writebarrier

import (
	"fmt"
	"maps"
	"sync"
)

// Store holds values.
type Store struct {
	pending sync.WaitGroup

	mu      sync.Mutex
	values  map[string]string
	journal []string
}

// New returns an empty store.
func New() *Store { return &Store{values: map[string]string{}} }

// Write writes a value: first to the journal, then to the values.
func (s *Store) Write(key, value string) {
	s.pending.Add(1)
	defer s.pending.Done()
	s.log(fmt.Sprintf("set %s=%s", key, value))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key] = value
}

// Delete deletes a value, in the same two steps.
func (s *Store) Delete(key string) {
	s.pending.Add(1)
	defer s.pending.Done()
	s.log("delete " + key)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.values, key)
}

func (s *Store) log(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal = append(s.journal, line)
}

// Checkpoint returns the values, with each write that began before.
func (s *Store) Checkpoint() map[string]string {
	s.pending.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.values)
}

// Journal returns how many lines the journal has.
func (s *Store) Journal() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.journal)
}
