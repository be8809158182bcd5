// Package checksums is a builder of manifests that hashes chunks with a pool of workers. Fixed: the chunks are handed out by a goroutine of their own.
package checksums

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
)

// Manifest lists the sums of the chunks of a file, in order.
type Manifest struct {
	Size int
	Sums []string
}

// Builder makes manifests with a fixed number of workers.
type Builder struct {
	workers int
	chunk   int
}

type job struct {
	index int
	data  []byte
}

type result struct {
	index int
	sum   string
}

// NewBuilder returns a builder that cuts files into chunks of that many bytes.
func NewBuilder(workers, chunk int) *Builder {
	return &Builder{workers: workers, chunk: chunk}
}

// Build returns the manifest of a file.
func (b *Builder) Build(file []byte) Manifest {
	jobs := make(chan job, b.workers)
	results := make(chan result, b.workers)
	var busy sync.WaitGroup
	for range b.workers {
		busy.Go(func() { hash(jobs, results) })
	}

	chunks := (len(file) + b.chunk - 1) / b.chunk
	busy.Go(func() { b.dispatch(file, chunks, jobs) })
	manifest := Manifest{Size: len(file), Sums: make([]string, chunks)}
	for range chunks {
		r := <-results
		manifest.Sums[r.index] = r.sum
	}
	busy.Wait()
	return manifest
}

// dispatch hands out the chunks.
func (b *Builder) dispatch(file []byte, chunks int, jobs chan<- job) {
	defer close(jobs)
	for i := range chunks {
		end := min((i+1)*b.chunk, len(file))
		jobs <- job{index: i, data: file[i*b.chunk : end]}
	}
}

func hash(jobs <-chan job, results chan<- result) {
	for j := range jobs {
		sum := sha256.Sum256(j.data)
		results <- result{index: j.index, sum: hex.EncodeToString(sum[:4])}
	}
}

// Differ returns the indices of chunks that are not the same in both.
func Differ(a, b Manifest) []int {
	var differ []int
	for i := range max(len(a.Sums), len(b.Sums)) {
		if i >= len(a.Sums) || i >= len(b.Sums) || a.Sums[i] != b.Sums[i] {
			differ = append(differ, i)
		}
	}
	return differ
}
