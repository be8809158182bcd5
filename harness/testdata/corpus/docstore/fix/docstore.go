// Package docstore is a store of documents with optimistic versions and striped locks. Fixed: that return unlocks too.
package docstore

import (
	"errors"
	"hash/fnv"
	"maps"
	"sync"
)

var (
	// ErrMissing means that there is no such document.
	ErrMissing = errors.New("no such document")
	// ErrConflict means that somebody else changed the document in the meantime.
	ErrConflict = errors.New("document was changed in the meantime")
)

// Document is a set of fields at a revision.
type Document struct {
	Revision int
	Fields   map[string]int
}

const stripes = 4

type stripe struct {
	mu        sync.Mutex
	documents map[string]Document
}

// Store holds documents by key.
type Store struct{ stripes [stripes]stripe }

// New returns an empty store.
func New() *Store {
	s := &Store{}
	for i := range s.stripes {
		s.stripes[i].documents = map[string]Document{}
	}
	return s
}

func (s *Store) stripe(key string) *stripe {
	sum := fnv.New32a()
	sum.Write([]byte(key))
	return &s.stripes[sum.Sum32()%stripes]
}

// Get returns a copy of a document.
func (s *Store) Get(key string) (Document, error) {
	st := s.stripe(key)
	st.mu.Lock()
	defer st.mu.Unlock()
	document, ok := st.documents[key]
	if !ok {
		return Document{}, ErrMissing
	}
	document.Fields = maps.Clone(document.Fields)
	return document, nil
}

// Put stores a document if nobody did since its revision, which is 0 for a new one.
func (s *Store) Put(key string, document Document) error {
	fields := maps.Clone(document.Fields)
	st := s.stripe(key)
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.documents[key].Revision != document.Revision {
		return ErrConflict
	}
	st.documents[key] = Document{Revision: document.Revision + 1, Fields: fields}
	return nil
}

// Update changes a document, again and again until nobody interferes.
func (s *Store) Update(key string, change func(fields map[string]int)) error {
	for {
		document, err := s.Get(key)
		if err != nil {
			return err
		}
		change(document.Fields)
		if err := s.Put(key, document); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}
