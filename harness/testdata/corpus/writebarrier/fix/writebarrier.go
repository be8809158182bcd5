// Package writebarrier is the front of a store that writes side by side and takes checkpoints, which wait for the writes that have begun. Fixed: the writes count under a lock, with a condition for the checkpoints that wait for zero.
package writebarrier

import (
	"fmt"
	"maps"
	"sync"
)

// Store holds values.
type Store struct {
	mu      sync.Mutex
	pending int
	none    sync.Cond
	values  map[string]string
	journal []string
}

// New returns an empty store.
func New() *Store {
	s := &Store{values: map[string]string{}}
	s.none.L = &s.mu
	return s
}

func (s *Store) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending++
}

func (s *Store) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending--; s.pending == 0 {
		s.none.Broadcast()
	}
}

// Write writes a value: first to the journal, then to the values.
func (s *Store) Write(key, value string) {
	s.begin()
	defer s.end()
	s.log(fmt.Sprintf("set %s=%s", key, value))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key] = value
}

// Delete deletes a value, in the same two steps.
func (s *Store) Delete(key string) {
	s.begin()
	defer s.end()
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
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.pending > 0 {
		s.none.Wait()
	}
	return maps.Clone(s.values)
}

// Journal returns how many lines the journal has.
func (s *Store) Journal() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.journal)
}
