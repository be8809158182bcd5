// Package inflight is the admission control of a server: so many requests run at once, all others are turned away with an error. Bug (atomicity): enter loads the number of running requests and stores one more, so two requests can be admitted as one.
package inflight

import (
	"errors"
	"fmt"
	"sync/atomic"
)

// ErrBusy is what a request gets that is turned away.
var ErrBusy = errors.New("too many requests")

// Limiter admits requests.
type Limiter struct {
	limit    int64
	running  atomic.Int64
	admitted atomic.Int64
	refused  atomic.Int64
}

// New returns a limiter that admits so many requests at once.
func New(limit int) *Limiter { return &Limiter{limit: int64(limit)} }

// enter reports whether one more request may run.
func (l *Limiter) enter() bool {
	running := l.running.Load()
	if running >= l.limit {
		l.refused.Add(1)
		return false
	}
	l.running.Store(running + 1)
	l.admitted.Add(1)
	return true
}

func (l *Limiter) leave() { l.running.Add(-1) }

// Do handles a request if the limit allows it.
func (l *Limiter) Do(handle func() error) error {
	if !l.enter() {
		return ErrBusy
	}
	defer l.leave()
	return handle()
}

// Running returns how many requests run.
func (l *Limiter) Running() int { return int(l.running.Load()) }

// String is the line of the status page.
func (l *Limiter) String() string {
	return fmt.Sprintf("%d of %d running, %d admitted, %d refused",
		l.running.Load(), l.limit, l.admitted.Load(), l.refused.Load())
}
