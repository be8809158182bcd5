// Package segmentscan is a store of sorted segments that is searched by a scan in the background. Fixed: Find tells the scan when it has seen enough.
package segmentscan

import (
	"slices"
	"strings"
	"sync"
)

// Record is a line of a segment.
type Record struct {
	Key   string
	Value string
}

// Store holds records in segments, the newest last.
type Store struct {
	size int

	mu       sync.RWMutex
	segments [][]Record
}

// readAhead is how many records a scan is ahead of its reader.
const readAhead = 4

// New returns a store whose segments hold size records.
func New(size int) *Store { return &Store{size: size} }

// Add appends a record.
func (s *Store) Add(r Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.segments); n == 0 || len(s.segments[n-1]) == s.size {
		s.segments = append(s.segments, nil)
	}
	last := len(s.segments) - 1
	s.segments[last] = append(s.segments[last], r)
}

// segment returns a copy of a segment, and whether there is one.
func (s *Store) segment(i int) ([]Record, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if i >= len(s.segments) {
		return nil, false
	}
	return slices.Clone(s.segments[i]), true
}

// scan reads records from the first to the last until done is closed.
func (s *Store) scan(done <-chan struct{}) <-chan Record {
	records := make(chan Record, readAhead)
	go func() {
		defer close(records)
		for i := 0; ; i++ {
			segment, ok := s.segment(i)
			if !ok {
				return
			}
			for _, r := range segment {
				select {
				case records <- r:
				case <-done:
					return
				}
			}
		}
	}()
	return records
}

// Count returns how many records have a key that begins with prefix.
func (s *Store) Count(prefix string) int {
	done := make(chan struct{})
	defer close(done)
	n := 0
	for r := range s.scan(done) {
		if strings.HasPrefix(r.Key, prefix) {
			n++
		}
	}
	return n
}

// Find returns the first record whose key begins with prefix.
func (s *Store) Find(prefix string) (Record, bool) {
	done := make(chan struct{})
	defer close(done)
	for r := range s.scan(done) {
		if strings.HasPrefix(r.Key, prefix) {
			return r, true
		}
	}
	return Record{}, false
}
