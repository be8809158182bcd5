// Package metricsink is a sink that collects samples of metrics in one goroutine until it is closed. Fixed: the send has a case for the close.
package metricsink

import (
	"context"
	"errors"
	"sync"
)

// ErrClosed means that the sink takes no more samples.
var ErrClosed = errors.New("sink is closed")

// Sample is a measured value.
type Sample struct {
	Metric string
	Value  int
}

// Summary is what the sink knows of a metric.
type Summary struct {
	Count, Sum, Max int
}

// Sink sums samples up.
type Sink struct {
	samples chan Sample
	closed  chan struct{}
	once    sync.Once
	done    chan struct{}

	mu        sync.Mutex
	summaries map[string]Summary
}

// New returns a sink, to be closed.
func New() *Sink {
	s := &Sink{
		samples:   make(chan Sample),
		closed:    make(chan struct{}),
		done:      make(chan struct{}),
		summaries: map[string]Summary{},
	}
	go s.collect()
	return s
}

// Record hands a sample to the sink.
func (s *Sink) Record(ctx context.Context, sample Sample) error {
	select {
	case <-s.closed:
		return ErrClosed
	default:
	}
	select {
	case s.samples <- sample:
		return nil
	case <-s.closed:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close returns once all samples that were taken are summed up.
func (s *Sink) Close() {
	s.once.Do(func() { close(s.closed) })
	<-s.done
}

// Summary returns what is known of a metric.
func (s *Sink) Summary(metric string) Summary {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.summaries[metric]
}

func (s *Sink) collect() {
	defer close(s.done)
	for {
		select {
		case sample := <-s.samples:
			s.add(sample)
		case <-s.closed:
			return
		}
	}
}

func (s *Sink) add(sample Sample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	summary := s.summaries[sample.Metric]
	if summary.Count == 0 || sample.Value > summary.Max {
		summary.Max = sample.Value
	}
	summary.Count++
	summary.Sum += sample.Value
	s.summaries[sample.Metric] = summary
}
