// Package healthprobe is the prober of a load balancer: each round asks all backends at once and takes those out that failed too often. Bug (race): the goroutines of a round append to one slice without a lock.
package healthprobe

import (
	"context"
	"slices"
	"sync"
)

// Backend is a server behind the load balancer.
type Backend struct {
	Name  string
	Check func(ctx context.Context) error
}

// Prober keeps count of the backends' failures.
type Prober struct {
	backends []Backend
	tries    int

	mu     sync.Mutex
	failed map[string]int
}

// New returns a prober that takes a backend out after so many failures in a row.
func New(tries int, backends ...Backend) *Prober {
	return &Prober{backends: backends, tries: tries, failed: map[string]int{}}
}

// Round asks every backend and returns the names of those that failed, sorted.
func (p *Prober) Round(ctx context.Context) []string {
	var (
		asking sync.WaitGroup
		down   []string
	)
	for _, backend := range p.backends {
		asking.Go(func() {
			if backend.Check(ctx) != nil {
				down = append(down, backend.Name)
			}
		})
	}
	asking.Wait()
	slices.Sort(down)
	p.count(down)
	return down
}

func (p *Prober) count(down []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, backend := range p.backends {
		if slices.Contains(down, backend.Name) {
			p.failed[backend.Name]++
		} else {
			delete(p.failed, backend.Name)
		}
	}
}

// InService returns the backends that requests may go to.
func (p *Prober) InService() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for _, backend := range p.backends {
		if p.failed[backend.Name] < p.tries {
			names = append(names, backend.Name)
		}
	}
	return names
}
