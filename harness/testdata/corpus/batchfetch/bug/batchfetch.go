// Package batchfetch is a fetcher that gets the objects of a manifest in parallel. Bug (leak): at the first error it stops reading the results, and whoever still has one to send never gets rid of it.
package batchfetch

import (
	"context"
	"fmt"
	"time"
)

// Source returns an object by its key.
type Source interface {
	Object(ctx context.Context, key string) ([]byte, error)
}

// Fetcher gets objects from a source, so many at a time.
type Fetcher struct {
	source   Source
	parallel int
	timeout  time.Duration
}

type fetched struct {
	key  string
	data []byte
	err  error
}

// New returns a fetcher that gives each object that long.
func New(source Source, parallel int, timeout time.Duration) *Fetcher {
	return &Fetcher{source: source, parallel: parallel, timeout: timeout}
}

// Fetch returns all objects of a manifest, or the first error.
func (f *Fetcher) Fetch(ctx context.Context, manifest []string) (map[string][]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	keys := make(chan string)
	results := make(chan fetched)
	go f.feed(ctx, manifest, keys)
	for range f.parallel {
		go f.work(ctx, keys, results)
	}

	objects := make(map[string][]byte, len(manifest))
	for range manifest {
		select {
		case r := <-results:
			if r.err != nil {
				return nil, fmt.Errorf("fetch %s: %w", r.key, r.err)
			}
			objects[r.key] = r.data
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return objects, nil
}

// feed hands out the keys.
func (f *Fetcher) feed(ctx context.Context, manifest []string, keys chan<- string) {
	defer close(keys)
	for _, key := range manifest {
		select {
		case keys <- key:
		case <-ctx.Done():
			return
		}
	}
}

func (f *Fetcher) work(ctx context.Context, keys <-chan string, results chan<- fetched) {
	for key := range keys {
		data, err := f.one(ctx, key)
		results <- fetched{key: key, data: data, err: err}
	}
}

// one gets one object in time.
func (f *Fetcher) one(ctx context.Context, key string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return f.source.Object(ctx, key)
}
