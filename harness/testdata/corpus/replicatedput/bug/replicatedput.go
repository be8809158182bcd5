// Package replicatedput is the write path of a replicated store: a value goes to the journal and then to all replicas at once. Bug (race): the replicas' goroutines share the err of Put, so they race and a success wipes out a failure.
package replicatedput

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrReadOnly is what a replica says that takes no writes.
var ErrReadOnly = errors.New("read-only")

// Replica is one copy of the data.
type Replica struct {
	Name     string
	ReadOnly bool

	mu     sync.Mutex
	values map[string]string
}

func (r *Replica) put(ctx context.Context, key, value string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ReadOnly {
		return ErrReadOnly
	}
	if r.values == nil {
		r.values = map[string]string{}
	}
	r.values[key] = value
	return nil
}

// Get returns what the replica has.
func (r *Replica) Get(key string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.values[key]
}

// Store writes to a journal and to replicas.
type Store struct {
	// Journal is called before a value is written anywhere else.
	Journal  func(key, value string) error
	Replicas []*Replica
}

// Put returns nil once all replicas have the value.
func (s *Store) Put(ctx context.Context, key, value string) error {
	err := s.Journal(key, value)
	if err != nil {
		return fmt.Errorf("journal %q: %w", key, err)
	}
	var writing sync.WaitGroup
	for _, replica := range s.Replicas {
		writing.Go(func() {
			err = replica.put(ctx, key, value)
			if err != nil {
				err = fmt.Errorf("write %q to %s: %w", key, replica.Name, err)
			}
		})
	}
	writing.Wait()
	return err
}
