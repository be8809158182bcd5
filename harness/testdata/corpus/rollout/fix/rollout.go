// Package rollout is the rollout of a release to a list of hosts, one after the other, which ends when a host fails or an operator aborts. Fixed: before it picks the next host, the loop looks whether the rollout is aborted.
package rollout

import (
	"fmt"
	"sync"
)

// Rollout is a rollout that was started.
type Rollout struct {
	update  func(host string) error
	hosts   chan string
	aborted chan struct{}
	abort   sync.Once
	done    chan struct{}

	mu      sync.Mutex
	updated []string
	err     error
}

// Start updates the hosts in this order.
func Start(hosts []string, update func(host string) error) *Rollout {
	r := &Rollout{
		update:  update,
		hosts:   make(chan string, len(hosts)),
		aborted: make(chan struct{}),
		done:    make(chan struct{}),
	}
	for _, host := range hosts {
		r.hosts <- host
	}
	close(r.hosts)
	go r.run()
	return r
}

func (r *Rollout) run() {
	defer close(r.done)
	for {
		select {
		case <-r.aborted:
			return
		default:
		}
		select {
		case <-r.aborted:
			return
		case host, more := <-r.hosts:
			if !more {
				return
			}
			r.note(host, r.update(host))
		}
	}
}

// note keeps the result of a host. A failure ends the rollout.
func (r *Rollout) note(host string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.updated = append(r.updated, host)
		return
	}
	if r.err == nil {
		r.err = fmt.Errorf("update %s: %w", host, err)
	}
	r.Abort()
}

// Abort ends the rollout: no host is begun after it but one that is being picked
// meanwhile. It may be called from update, after which none is begun.
func (r *Rollout) Abort() { r.abort.Do(func() { close(r.aborted) }) }

// Wait waits for the end, and returns the hosts that were updated and the first
// failure.
func (r *Rollout) Wait() (updated []string, err error) {
	<-r.done
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.updated, r.err
}
