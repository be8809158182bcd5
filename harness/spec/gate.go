package spec

import (
	"context"
	"errors"
	"sync"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// ErrNotTogether is what Enter returns to callers that waited for others in
// vain.
var ErrNotTogether = errors.New("the others did not come in at the same time")

// Rendezvous is a gate that opens once n callers are inside at the same time.
// It proves concurrency without a clock: fewer than n at once never get through,
// however slowly or fast they run.
type Rendezvous struct {
	mu      sync.Mutex
	want    int
	inside  int
	highest int
	open    chan struct{}
}

// Gate returns a rendezvous of n callers. It opens again for each further n.
func Gate(n int) *Rendezvous {
	r := &Rendezvous{want: n, open: make(chan struct{})}
	theWatchdog.gates.add(r)
	return r
}

// Enter waits until n callers are inside. It returns ErrNotTogether when ctx
// ends before that, as the spec's context does when the process comes to rest.
func (r *Rendezvous) Enter(ctx context.Context) error {
	r.mu.Lock()
	r.inside++
	r.highest = max(r.highest, r.inside)
	open := r.open
	if r.inside == r.want {
		close(r.open)
		r.open, r.inside = make(chan struct{}), 0
	}
	r.mu.Unlock()

	select {
	case <-open:
		return nil
	case <-ctx.Done():
		return r.leave(open)
	}
}

// leave takes one caller out of a gate that has not opened. If it has, the
// caller was among the others, whatever has ended since.
func (r *Rendezvous) leave(open chan struct{}) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open != open {
		return nil
	}
	r.inside--
	return ErrNotTogether
}

// Highest returns the largest number of callers that were inside at once.
func (r *Rendezvous) Highest() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.highest
}

// waiting returns the gate as it is if callers wait in it.
func (r *Rendezvous) waiting() *report.Gate {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.inside == 0 {
		return nil
	}
	return &report.Gate{Inside: r.inside, Want: r.want}
}

// gates are the rendezvous of the current spec.
type gates struct {
	mu  sync.Mutex
	all []*Rendezvous
}

func (g *gates) add(r *Rendezvous) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, r)
}

func (g *gates) clear() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = nil
}

// waiting returns the first gate at which callers wait, nil if there is none.
func (g *gates) waiting() *report.Gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range g.all {
		if gate := r.waiting(); gate != nil {
			return gate
		}
	}
	return nil
}
